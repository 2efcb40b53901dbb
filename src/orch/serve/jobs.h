/* SPDX-License-Identifier: Apache-2.0 */
/**
 * jobs.h - messages that wait for their answers, and the processes that give them.
 *
 * A message is done by an answerer, a process of its own ("orchctl answer", see answer.h), so that
 * nothing it does holds the loop up. JOBS_ANSWERERS work side by side, started when they are needed
 * and ended when they have nothing to do; of messages for one container each waits for the one
 * before it.
 */
#ifndef ORCH_SERVE_JOBS_H
#define ORCH_SERVE_JOBS_H

#include "core/loop.h"

#define JOBS_ANSWERERS 4
/* As many of them at most do what takes long, so that one is left for questions. */
#define JOBS_LONG (JOBS_ANSWERERS - 1)
#define JOBS_MAX 2048
#define JOBS_BYTES_MAX (32u << 20)
#define JOBS_IDLE_MS 5000

struct jobs;

/* @ack: one line of JSON, borrowed. Not called from within jobs_add. */
typedef int jobs_fn(const char *ack, size_t len, void *data);

struct job_request {
	const char *topic;
	const char *device; /* the container that it is about; NULL: none */
	bool is_long;	    /* message_waits() */
	bool is_change;	    /* no message: an interface of the host has changed; see answer.h */
	const char *message;
	size_t len;
	jobs_fn *fn;
	void *data;
};

/* @argv: the command line, [0] its absolute path; borrowed for as long as there are jobs
 * @env: its environment, the same */
struct jobs *jobs_new(struct loop *l, char *const *argv, char *const *env);
/* Ends the answerers, in the middle of what they do; nobody is told. */
void jobs_free(struct jobs *j);

/* All is copied. Returns 0, or -ENOBUFS when too much waits already. */
int jobs_add(struct jobs *j, const struct job_request *request);

/* Whoever asked with this @data is gone: the messages are done, but he is not told. */
void jobs_forget(struct jobs *j, const void *data);

#endif
