/* SPDX-License-Identifier: Apache-2.0 */
/**
 * worker.h - a process that belongs to nobody and does one operation; for orch/operation.c.
 *
 * It is "orchctl … operation KIND NAME": a fresh program, that has nothing open of whoever wanted
 * it but the container's lock, as WORKER_LOCK_FD.
 */
#ifndef ORCH_WORKER_H
#define ORCH_WORKER_H

#include "orch/orch.h"

#define WORKER_LOCK_FD 3

struct worker {
	pid_t pid;
	int go; /* it waits until this is written to, and ends when it is closed */
};
#define WORKER_NONE                                                                                \
	{                                                                                          \
		.go = -1                                                                           \
	}

/* Starts the process, which waits. */
int worker_prepare(const struct orch *o, const char *ns, const char *name, const char *kind,
		   int lock, struct worker *out, struct err *e);
int worker_go(struct worker *w, struct err *e);
void worker_done(struct worker *w);

#endif
