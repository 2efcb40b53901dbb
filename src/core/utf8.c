/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

#include <stdio.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The second byte alone decides about overlong forms, surrogates and the upper end. */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return is_tail(second);
	}
}

size_t utf8_len(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < len || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < len; i++)
		if (!is_tail(p[i]))
			return 0;
	return len;
}

static const char *short_escape(unsigned char c)
{
	switch (c) {
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

size_t utf8_visible(const char **s, size_t *n, char out[UTF8_VISIBLE_MAX])
{
	const unsigned char *p = (const unsigned char *)*s;
	size_t len = utf8_len(*s, *n), used = len ? len : 1;
	const char *escape = short_escape(p[0]);

	if (escape)
		snprintf(out, UTF8_VISIBLE_MAX, "%s", escape);
	else if (len == 0 || p[0] < 0x20 || p[0] == 0x7f)
		snprintf(out, UTF8_VISIBLE_MAX, "\\x%02x", p[0]);
	else if (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)
		snprintf(out, UTF8_VISIBLE_MAX, "\\u%04x", p[1]);
	else
		snprintf(out, UTF8_VISIBLE_MAX, "%.*s", (int)len, *s);
	*s += used;
	*n -= used;
	return strlen(out);
}
