/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command_request.h - a run_command message as an HTTP request, pure.
 *
 * Two shapes: method and api; or command and parameters, where the command is one of a few that
 * stand for a path.
 */
#ifndef ORCH_COMMAND_REQUEST_H
#define ORCH_COMMAND_REQUEST_H

#include "core/json.h"
#include "orch/http.h"

#define COMMAND_PORT 8443 /* where TLS is spoken */
#define COMMAND_FILES_MAX 16

/* What a request borrows from. */
struct command_request {
	struct http_request http; /* without the address */
	char *path;
	char *query;
	char **headers;
	struct str body;
	bool has_body;
	struct http_part *parts;
	struct str *contents; /* of the parts, one each */
	size_t n_parts;
};
void command_request_done(struct command_request *r);

/* Returns 0; -EOPNOTSUPP for a method that is none of the four (the message is the cloud agent's);
 * or another -errno. */
int command_request_make(const struct json *message, struct command_request *out, struct err *e);

#endif
