/* SPDX-License-Identifier: Apache-2.0 */
/**
 * variant.h - a D-Bus value as text: GVariant's, as far as the properties of units go. Pure.
 *
 *   true   42   uint64 42   'text'   ['a', 'b']   @a(ss) [('/dev/null', 'rwm')]   @ay [0x0f]
 *
 * Without a type in front, a number is an int32, one with a point a double, and an array is of what
 * its first element is.
 */
#ifndef SYSTEMD_VARIANT_H
#define SYSTEMD_VARIANT_H

#include "core/err.h"

#define VARIANT_TYPE_MAX 64
#define VARIANT_TEXT_MAX 65536
#define VARIANT_DEPTH_MAX 8

enum variant_kind {
	VARIANT_BOOL = 1,
	VARIANT_NUMBER,
	VARIANT_STRING,
	VARIANT_ARRAY,
	VARIANT_TUPLE
};

struct variant {
	enum variant_kind kind;
	char *text;	   /* bool: "true" or "false"; number: as written; string: its bytes */
	struct variant *v; /* array, tuple */
	size_t n;
};

/**
 * variant_parse - read a whole text.
 * @type: its D-Bus signature; the value fits it, numbers and their ranges included
 *
 * Returns: 0, and *out is to be freed with variant_done; or -EINVAL.
 */
int variant_parse(const char *text, struct variant *out, char type[VARIANT_TYPE_MAX],
		  struct err *e);
void variant_done(struct variant *v);

/* The numbers of values that fit their type. */
uint64_t variant_unsigned(const struct variant *v);
int64_t variant_signed(const struct variant *v);
double variant_double(const struct variant *v);

/* The end of the first complete type in a signature; NULL when there is none. */
const char *variant_type_end(const char *type);

#endif
