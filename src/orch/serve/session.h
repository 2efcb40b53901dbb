/* SPDX-License-Identifier: Apache-2.0 */
/**
 * session.h - one connection to a Socket.IO server, from its first frame to its last. Pure: frames
 * come in and go out, and so do the lines of the process that serves (cloud.c):
 *
 *	out	{"connected":true}
 *		{"event":NAME,"id":N,"message":M}	without "id": nobody waits for an ack
 *	in	{"ack":N,"data":D}
 *		{"event":NAME,"data":D}
 *
 * What is no event for us (another namespace, an ack) is passed over. A message that is too large,
 * or no JSON, or has binary data, is answered here, and the connection stays.
 */
#ifndef ORCH_SERVE_SESSION_H
#define ORCH_SERVE_SESSION_H

#include "core/err.h"

struct session;

struct session_hooks {
	/* Both are borrowed. Returns 0, or -errno, which ends the session. */
	int (*send)(void *data, const char *frame, size_t len, struct err *e);
	int (*tell)(void *data, const char *line, size_t len, struct err *e);
	void *data;
};

/* @message_max: bytes of a message */
struct session *session_new(const struct session_hooks *hooks, size_t message_max);
void session_free(struct session *s);

enum { SESSION_BINARY = 1, SESSION_LAST = 2 };

/* A piece of a frame; SESSION_LAST: it is complete. Returns 0, or -errno: the session is over. */
int session_receive(struct session *s, const char *piece, size_t len, unsigned flags,
		    struct err *e);
/* A line that comes in. */
int session_line(struct session *s, const char *line, size_t len, struct err *e);

/* How long the server may be silent before it is taken for dead. */
int64_t session_patience_ms(const struct session *s);

#endif
