/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serve.h - messages from the Unix socket and from the cloud, at the same time, until a signal.
 *
 * What topics there are and what they do is not known here, but to the processes that answer: so
 * the program that serves has nothing of libcurl, libarchive and all that those need in memory.
 */
#ifndef ORCH_SERVE_SERVE_H
#define ORCH_SERVE_SERVE_H

#include "orch/serve/link.h"

/* All borrowed. */
struct serve_options {
	const char *socket;	   /* path of the Unix socket */
	struct link_config link;   /* url NULL: no cloud */
	const char *disk;	   /* a directory of the disk that the heartbeat tells of */
	const char *audit_dir;	   /* whose head it tells */
	char *const *answer_argv;  /* command line of a process that answers (jobs.h) */
	const char *program;	   /* this one, whose command "link" connects (link.h) */
	char *const *env;	   /* for both */
	char *const *long_topics;  /* that take long */
	char *const *event_topics; /* cloud.h */
};

/* Returns 0 after SIGTERM or SIGINT, or -errno. */
int serve_run(const struct serve_options *options, struct err *e);

#endif
