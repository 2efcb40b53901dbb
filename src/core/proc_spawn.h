/* SPDX-License-Identifier: Apache-2.0 */
/**
 * proc_spawn.h - starting a program with clean signals and descriptors; for core/proc_run.c.
 */
#ifndef CORE_PROC_SPAWN_H
#define CORE_PROC_SPAWN_H

#include "core/proc.h"

struct proc_spawn {
	pid_t pid;
	int pidfd;
	int input;   /* our end of its stdin, non-blocking; -1 when there is none */
	int output;  /* our end of its stdout and stderr, non-blocking; -1 when there is none */
	int failure; /* tells why the program could not be executed */
};

/* Fills *out, for proc_spawn_done also when it fails. */
int proc_spawn(const struct proc_run *run, struct proc_spawn *out, struct err *e);
void proc_spawn_done(struct proc_spawn *s); /* closes; the child is the caller's to reap */

/* Waits until the program is executed. Returns 1, 0 on time-out, or why it could not be. */
int proc_spawn_wait(struct proc_spawn *s, const struct proc_run *run, int timeout_ms,
		    struct err *e);

#endif
