/* SPDX-License-Identifier: Apache-2.0 */
/**
 * url.h - where a Socket.IO server is. Pure.
 */
#ifndef ORCH_SERVE_URL_H
#define ORCH_SERVE_URL_H

#include "core/err.h"

struct url {
	char *host; /* a name or an address, without brackets */
	uint16_t port;
	char *path; /* begins with '/', does not end with one; "/socket.io" when none is given */
};

/**
 * url_parse - "https://HOST[:PORT][/PATH]", or "wss://…", which is the same. There is none without
 * TLS. HOST may be an IPv6 address in brackets.
 *
 * Returns: 0, or -EINVAL.
 */
int url_parse(const char *text, struct url *out, struct err *e);
void url_done(struct url *u);
#define autourl _cleanup_(url_done) struct url

#endif
