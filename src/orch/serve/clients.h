/* SPDX-License-Identifier: Apache-2.0 */
/**
 * clients.h - the Unix socket: each line that comes is a message, each line that goes an
 * acknowledgement, in the order in which they are there; correlation_id tells whose.
 *
 * Only root, and the user who serves, may connect. A client with CLIENT_PENDING_MAX unanswered
 * messages is not read from until some are answered.
 */
#ifndef ORCH_SERVE_CLIENTS_H
#define ORCH_SERVE_CLIENTS_H

#include "orch/serve/intake.h"

#define CLIENTS_MAX 64
#define CLIENT_PENDING_MAX 64

struct clients;

/**
 * clients_new - listen.
 * @intake: borrowed for as long as there are clients
 * @path: mode 0600; replaced when nobody listens there any more
 *
 * Returns: 0; -EADDRINUSE, somebody listens there, or it is no socket; or -errno.
 */
int clients_new(struct loop *l, const struct intake *intake, const char *path, struct clients **out,
		struct err *e);
/* Disconnects all, and removes the socket. */
void clients_free(struct clients *c);

#endif
