/* SPDX-License-Identifier: Apache-2.0 */
/**
 * gate.h - where the init of a created container waits for `start`.
 *
 * Two named pipes in the state directory, held open by init from its birth: one brings the word to
 * go on, the other takes the outcome away. Init needs read(2) and write(2) for it and nothing else,
 * since a seccomp profile that was made for other runtimes may leave it no more than that. The
 * outcome's end is close-on-exec: its reader sees an error, or the end of the stream.
 */
#ifndef ENGINE_INIT_GATE_H
#define ENGINE_INIT_GATE_H

#include "core/err.h"

/* The files. */
#define GATE_START "start.fifo"
#define GATE_OUTCOME "outcome.fifo"

struct gate {
	int start;   /* -1: no gate, the runtime starts init over their socket */
	int outcome; /* -1 likewise */
};

#define GATE_NONE                                                                                  \
	{                                                                                          \
		.start = -1, .outcome = -1                                                         \
	}

/* gate_make - make the pipes in a state directory, and open both for init to inherit. */
int gate_make(int dir, struct gate *g, struct err *e);
void gate_close(struct gate *g);

/* gate_wait - in init: returns when `start` says so. */
int gate_wait(const struct gate *g, struct err *e);

/**
 * gate_pass - in `start`: say so.
 *
 * Returns: the outcome's reading end, for sync_read; -ENXIO when no init waits.
 */
int gate_pass(int dir, struct err *e);

#endif
