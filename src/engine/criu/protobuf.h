/* SPDX-License-Identifier: Apache-2.0 */
/**
 * protobuf.h - the wire format of protocol buffers, as far as CRIU's messages use it. Pure.
 *
 * A message is a sequence of fields, each a number and a value: a varint, or bytes with their
 * length (strings, and messages in messages). CRIU's library would be one call more comfortable,
 * but brings two libraries into a static program for one request and one response.
 */
#ifndef ENGINE_CRIU_PROTOBUF_H
#define ENGINE_CRIU_PROTOBUF_H

#include "core/str.h"

void pb_put_uint(struct str *out, unsigned field, uint64_t value);
void pb_put_bytes(struct str *out, unsigned field, const void *bytes, size_t len);
void pb_put_text(struct str *out, unsigned field, const char *text);

/* What is left to be read; points into the received bytes. */
struct pb_reader {
	const unsigned char *p;
	size_t len;
};

struct pb_field {
	unsigned number;
	bool is_bytes;
	uint64_t value;		    /* of a varint */
	const unsigned char *bytes; /* borrowed */
	size_t len;
};

/* The next field; those of fixed width are passed over. Returns 1, 0 at the end, or -EBADMSG. */
int pb_next(struct pb_reader *in, struct pb_field *out);

#endif
