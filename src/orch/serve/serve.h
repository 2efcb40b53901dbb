/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serve.h - messages from the Unix socket and from the cloud, at the same time, until a signal.
 */
#ifndef ORCH_SERVE_SERVE_H
#define ORCH_SERVE_SERVE_H

#include "orch/orch.h"
#include "orch/serve/link.h"

struct serve_options {
	const char *socket;	 /* path of the Unix socket */
	struct link_config link; /* url NULL: no cloud */
};

/* Returns 0 after SIGTERM or SIGINT, or -errno. */
int serve_run(const struct orch *o, const struct serve_options *options, struct err *e);

#endif
