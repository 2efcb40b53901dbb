/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mac.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int mac_parse(const char *text, const char *what, struct mac *out, struct err *e)
{
	bool good = strlen(text) == MAC_TEXT_MAX - 1;
	struct mac m = { { 0 } };

	for (size_t i = 0; good && i < sizeof(m.b); i++) {
		const char *p = text + i * 3;
		int high = digit(p[0]), low = digit(p[1]);
		char end = i + 1 == sizeof(m.b) ? '\0' : text[2];

		good = high >= 0 && low >= 0 && p[2] == end && (end == '\0' || strchr(":-", end));
		m.b[i] = (uint8_t)(high << 4 | low);
	}
	if (!good)
		return err_msg(e, EINVAL, "%s \"%s\": not six hexadecimal bytes", what, text);
	*out = m;
	return 0;
}

int mac_parse_host(const char *text, const char *what, struct mac *out, struct err *e)
{
	struct mac m;
	int r = mac_parse(text, what, &m, e);

	if (r < 0)
		return r;
	if (mac_is_zero(&m))
		return err_msg(e, EINVAL, "%s \"%s\": all zero", what, text);
	if (mac_is_multicast(&m))
		return err_msg(e, EINVAL, "%s \"%s\": a multicast address", what, text);
	*out = m;
	return 0;
}

const char *mac_format(const struct mac *m, char out[MAC_TEXT_MAX])
{
	(void)snprintf(out, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1],
		       m->b[2], m->b[3], m->b[4], m->b[5]); /* it fits */
	return out;
}

bool mac_is_zero(const struct mac *m)
{
	static const struct mac zero;

	return mac_equal(m, &zero);
}

bool mac_is_multicast(const struct mac *m)
{
	return m->b[0] & 1;
}

bool mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int mac_random(struct mac *out, struct err *e)
{
	struct mac m;

	if (getrandom(m.b, sizeof(m.b), 0) != (ssize_t)sizeof(m.b))
		return err_set(e, errno, "get random bytes");
	m.b[0] = (uint8_t)((m.b[0] & ~1) | 2);
	*out = m;
	return 0;
}
