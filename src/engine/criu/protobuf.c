/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/protobuf.h"

#include <errno.h>

enum wire { WIRE_VARINT = 0, WIRE_64BIT = 1, WIRE_BYTES = 2, WIRE_32BIT = 5 };

#define VARINT_MAX_BYTES 10

static void put_varint(struct str *out, uint64_t value)
{
	while (value >= 0x80) {
		str_add_char(out, (char)(value | 0x80));
		value >>= 7;
	}
	str_add_char(out, (char)value);
}

void pb_put_uint(struct str *out, unsigned field, uint64_t value)
{
	put_varint(out, (uint64_t)field << 3 | WIRE_VARINT);
	put_varint(out, value);
}

void pb_put_bytes(struct str *out, unsigned field, const void *bytes, size_t len)
{
	put_varint(out, (uint64_t)field << 3 | WIRE_BYTES);
	put_varint(out, len);
	str_add_bytes(out, bytes, len);
}

void pb_put_text(struct str *out, unsigned field, const char *text)
{
	pb_put_bytes(out, field, text, strlen(text));
}

static int get_varint(struct pb_reader *in, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_MAX_BYTES && i < in->len; i++) {
		value |= (uint64_t)(in->p[i] & 0x7f) << (7 * i);
		if (in->p[i] & 0x80)
			continue;
		in->p += i + 1;
		in->len -= i + 1;
		*out = value;
		return 0;
	}
	return -EBADMSG;
}

static int skip(struct pb_reader *in, uint64_t n)
{
	if (n > in->len)
		return -EBADMSG;
	in->p += n;
	in->len -= n;
	return 0;
}

/* The value of a field whose tag was read. Returns 1 when there is one to be told of. */
static int get_value(struct pb_reader *in, enum wire wire, struct pb_field *out)
{
	switch (wire) {
	case WIRE_VARINT:
		return get_varint(in, &out->value) < 0 ? -EBADMSG : 1;
	case WIRE_BYTES:
		if (get_varint(in, &out->value) < 0)
			return -EBADMSG;
		out->is_bytes = true;
		out->bytes = in->p;
		out->len = (size_t)out->value;
		return skip(in, out->value) < 0 ? -EBADMSG : 1;
	case WIRE_64BIT:
		return skip(in, sizeof(uint64_t));
	case WIRE_32BIT:
		return skip(in, sizeof(uint32_t));
	default:
		return -EBADMSG;
	}
}

int pb_next(struct pb_reader *in, struct pb_field *out)
{
	int r = 0;

	while (r == 0 && in->len > 0) {
		uint64_t tag;

		if (get_varint(in, &tag) < 0 || tag >> 3 == 0 || tag >> 3 > UINT32_MAX >> 3)
			return -EBADMSG;
		*out = (struct pb_field){ .number = (unsigned)(tag >> 3) };
		r = get_value(in, (enum wire)(tag & 7), out);
	}
	return r;
}
