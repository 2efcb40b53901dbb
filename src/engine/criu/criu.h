/* SPDX-License-Identifier: Apache-2.0 */
/**
 * criu.h - one request to CRIU: `criu swrk`, a process of it that serves this request only.
 */
#ifndef ENGINE_CRIU_CRIU_H
#define ENGINE_CRIU_CRIU_H

#include "engine/criu/message.h"

struct criu_run {
	const char
		*program; /* a path, or a name to look for where root's programs are; NULL: criu */
	const struct criu_request *request;
	const char *log; /* the log's path, for messages */
	/* In CRIU's process before it is executed; NULL: nothing. No allocation there. */
	int (*prepare)(void *data, struct err *e);
	/* Here, once it is executed; NULL: nothing. */
	int (*started)(void *data, struct err *e);
	/* For each notification, with the descriptor that came along, or -1; NULL: all is well.
	 * After a failure CRIU undoes what it has done, but of pre-resume: then it is killed, and
	 * what it has restored is to be killed before, by this. */
	int (*notify)(const struct criu_response *r, int fd, void *data, struct err *e);
	void *data;
};

/**
 * criu_run - do it, and wait until it is done.
 * @out: the final response, a successful one
 *
 * CRIU has this process's standard descriptors, and no others but those that the request names as
 * inherited. Should this process end, CRIU finds nobody to notify, and undoes what it has done.
 *
 * Returns: 0; -ENOENT, there is no CRIU; -EREMOTEIO, it failed: the message names its log; or what
 * prepare or notify returned.
 */
int criu_run(const struct criu_run *run, struct criu_response *out, struct err *e);

#endif
