/* SPDX-License-Identifier: Apache-2.0 */
/**
 * foreground.h - stay with a process until it ends: signals forwarded, the terminal relayed.
 */
#ifndef ENGINE_FOREGROUND_H
#define ENGINE_FOREGROUND_H

#include "core/err.h"
#include <signal.h>

struct notify;

struct foreground {
	int signals;	/* a signalfd of every signal that is to be forwarded */
	int console[2]; /* a socket pair: [1] takes the pty's master from the child */
	bool terminal;
	const struct notify *notify; /* NULL, or to be relayed meanwhile */
};

/**
 * foreground_begin - before the process is made: block the signals, so that none is lost.
 * @terminal: it will have a terminal, whose master arrives over console[0]
 */
int foreground_begin(struct foreground *f, bool terminal, struct err *e);

/**
 * foreground_wait - forward signals and relay the terminal until the process has ended.
 * @pidfd: a child of this process; it is reaped
 *
 * Returns: the exit status as a shell has it (128 + signal), or -errno.
 */
int foreground_wait(struct foreground *f, int pidfd, struct err *e);
void foreground_end(struct foreground *f);

#endif
