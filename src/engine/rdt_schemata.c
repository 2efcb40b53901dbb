/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a schemata file: a line for each resource, "NAME:DOMAIN=VALUE;DOMAIN=VALUE". */
#include "engine/rdt.h"

#include <strings.h>

#define BLANKS " \t\r\n"

/* A piece of a text. */
struct piece {
	const char *p;
	size_t len;
};

static struct piece trim(const char *p, size_t len)
{
	while (len > 0 && strchr(BLANKS, *p)) {
		p++;
		len--;
	}
	while (len > 0 && strchr(BLANKS, p[len - 1]))
		len--;
	return (struct piece){ p, len };
}

/* Cuts off what comes before a separator, which need not be there. */
static struct piece cut(struct piece *rest, char separator)
{
	const char *at = memchr(rest->p, separator, rest->len);
	size_t len = at ? (size_t)(at - rest->p) : rest->len;
	struct piece head = trim(rest->p, len);

	rest->p += len + (at ? 1 : 0);
	rest->len -= len + (at ? 1 : 0);
	return head;
}

static bool same(struct piece a, struct piece b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

static struct piece without_zeros(struct piece v)
{
	while (v.len > 1 && *v.p == '0') {
		v.p++;
		v.len--;
	}
	return v;
}

/* Masks are hexadecimal, bandwidths decimal: either way digits, of which leading zeros say nothing.
 */
static bool same_value(struct piece a, struct piece b)
{
	return same(without_zeros(a), without_zeros(b));
}

/* The domains of a resource; 0 long when there is no such line. */
static struct piece find_resource(const char *schemata, struct piece name)
{
	struct piece rest = { schemata, strlen(schemata) };

	while (rest.len > 0) {
		struct piece line = cut(&rest, '\n');

		if (same(cut(&line, ':'), name))
			return line;
	}
	return (struct piece){ "", 0 };
}

static bool has_domain(struct piece domains, struct piece name, struct piece value)
{
	while (domains.len > 0) {
		struct piece one = cut(&domains, ';');

		if (same_value(cut(&one, '='), name))
			return same_value(trim(one.p, one.len), value);
	}
	return false;
}

bool rdt_line_holds(const char *schemata, const char *line)
{
	struct piece want = trim(line, strlen(line)), have;

	have = find_resource(schemata, cut(&want, ':'));
	while (want.len > 0) {
		struct piece one = cut(&want, ';');
		struct piece name = cut(&one, '=');

		if (name.len > 0 && !has_domain(have, name, trim(one.p, one.len)))
			return false;
	}
	return have.len > 0;
}

char *rdt_line_of(const char *schemata, const char *resource)
{
	struct piece rest = { schemata, strlen(schemata) };
	const struct piece name = { resource, strlen(resource) };

	while (rest.len > 0) {
		struct piece line = cut(&rest, '\n');
		struct piece tail = line;

		if (same(cut(&tail, ':'), name))
			return xstrndup(line.p, line.len);
	}
	return NULL;
}
