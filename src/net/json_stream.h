/* SPDX-License-Identifier: Apache-2.0 */
/**
 * json_stream.h - where JSON texts end in a stream of bytes that has no separators.
 *
 * JSON-RPC 1.0 over a stream is objects one after the other, with or without white space between
 * them, cut into pieces anywhere. This finds their ends; core/json judges what is between.
 */
#ifndef NET_JSON_STREAM_H
#define NET_JSON_STREAM_H

#include "core/err.h"
#include "core/str.h"

/* `struct json_stream s = { .max = N };` is one that has received nothing. */
struct json_stream {
	size_t max;	/* bytes of one text, at most */
	struct str buf; /* received, the texts that were given out included until the next call */
	size_t start, pos; /* where the present text begins, and how far it was looked at */
	unsigned depth;
	bool in_string, escaped;
};

void json_stream_done(struct json_stream *s);

/* Appends what was received. */
void json_stream_feed(struct json_stream *s, const void *bytes, size_t n);

/**
 * json_stream_next - the next whole object.
 * @text, @len: borrowed, until the next call of json_stream_feed
 *
 * Returns: 1 with an object (something that begins and ends as one); 0, more bytes are needed;
 * -EBADMSG, something else than an object begins here; -EFBIG, longer than max. After an error
 * the stream is of no use any more.
 */
int json_stream_next(struct json_stream *s, const char **text, size_t *len, struct err *e);

/* Is there a part of an object, which has no end yet? */
bool json_stream_is_partial(const struct json_stream *s);

#endif
