/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/base64.h"

#include <errno.h>

/* 0..63, or -1. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void add(struct str *out, const int v[4], int n)
{
	char bytes[3] = {
		(char)(v[0] << 2 | v[1] >> 4),
		(char)(v[1] << 4 | v[2] >> 2),
		(char)(v[2] << 6 | v[3]),
	};

	str_add_bytes(out, bytes, (size_t)n);
}

int base64_decode(const char *text, struct str *out)
{
	int v[4] = { 0 }, n = 0, padding = 0;

	for (; *text; text++) {
		if (*text == '\n' || *text == '\r')
			continue;
		if (*text == '=' && n >= 2) {
			v[n++] = 0;
			padding++;
		} else if (padding == 0 && value_of(*text) >= 0) {
			v[n++] = value_of(*text);
		} else {
			return -EINVAL;
		}
		if (n < 4)
			continue;
		add(out, v, 3 - padding);
		n = 0;
	}
	return n == 0 ? 0 : -EINVAL;
}
