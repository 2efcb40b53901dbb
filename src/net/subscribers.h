/* SPDX-License-Identifier: Apache-2.0 */
/**
 * subscribers.h - lines of text for everybody who connects to a Unix socket.
 *
 * Nobody is waited for: what a subscriber does not read at once is kept for him, up to
 * SUBSCRIBER_BACKLOG bytes; one who is further behind is disconnected, and finds out all there is
 * to know when he connects again. What subscribers send is not read.
 */
#ifndef NET_SUBSCRIBERS_H
#define NET_SUBSCRIBERS_H

#include "core/loop.h"

#define SUBSCRIBER_BACKLOG (256 << 10)
#define SUBSCRIBERS_MAX 64

struct subscribers;

/* Gives the first line for one who has just come; heap, without a newline. */
typedef char *subscribers_greet(void *data);

/**
 * subscribers_new - listen.
 * @path: replaced when nobody listens there any more; mode 0600
 * @greet: or NULL
 *
 * Returns: 0; -EADDRINUSE, somebody else listens there, or it is no socket.
 */
int subscribers_new(struct loop *l, const char *path, subscribers_greet *greet, void *data,
		    struct subscribers **out, struct err *e);
/* Disconnects all, and removes the socket. */
void subscribers_free(struct subscribers *s);

void subscribers_send(struct subscribers *s, const char *line, size_t len);
size_t subscribers_count(const struct subscribers *s);

#endif
