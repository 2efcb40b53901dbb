/* SPDX-License-Identifier: Apache-2.0 */
#include "net/portmap.h"

#include "core/num.h"
#include "core/str.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#define PORT_MAX 65535

const struct name portmap_protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ NULL, 0 },
};

/* ---- text ---- */

/* "80" or "80-89". */
static int parse_ports(const char *text, uint16_t *first, uint16_t *count, struct err *e)
{
	autofree char *from = xstrdup(text);
	char *dash = strchr(from, '-');
	uint64_t a = 0, b = 0;
	int r;

	if (dash)
		*dash = '\0';
	r = num_parse_u64(from, PORT_MAX, "port", &a, e);
	b = a;
	if (r == 0 && dash)
		r = num_parse_u64(dash + 1, PORT_MAX, "port", &b, e);
	if (r < 0)
		return r;
	if (a == 0 || b < a)
		return err_msg(e, EINVAL, "\"%s\" is no port and no range of ports", text);
	*first = (uint16_t)a;
	*count = (uint16_t)(b - a + 1);
	return 0;
}

/* Cuts "/udp" off the end. */
static int parse_protocol(char *text, int *out, struct err *e)
{
	char *slash = strrchr(text, '/');
	int64_t v = IPPROTO_TCP;

	if (slash) {
		*slash = '\0';
		if (!names_find(portmap_protocols, slash + 1, &v))
			return err_msg(e, EINVAL, "protocol \"%s\" is not tcp or udp", slash + 1);
	}
	*out = (int)v;
	return 0;
}

/* Cuts "HOST:" off the front: *text is what remains. */
static int parse_host(char **text, struct ip *out, struct err *e)
{
	char *p = *text, *end;

	*out = (struct ip){ 0 };
	if (*p == '[') {
		end = strstr(p, "]:");
		if (!end)
			return err_msg(e, EINVAL, "\"[\" without \"]:\"");
		*end = '\0';
		*text = end + 2;
		return ip_parse_address(p + 1, "host address", out, e);
	}
	end = strchr(p, ':');
	if (!end || !strchr(end + 1, ':'))
		return 0;
	*end = '\0';
	*text = end + 1;
	return ip_parse_address(p, "host address", out, e);
}

static int parse(char *text, struct portmap *out, struct err *e)
{
	char *colon;
	uint16_t count = 0;
	int r = parse_protocol(text, &out->protocol, e);

	if (r == 0)
		r = parse_host(&text, &out->host, e);
	if (r < 0)
		return r;
	colon = strchr(text, ':');
	if (!colon)
		return err_msg(e, EINVAL, "\"HOSTPORT:PORT\" is expected");
	*colon = '\0';
	r = parse_ports(text, &out->host_port, &out->count, e);
	if (r == 0)
		r = parse_ports(colon + 1, &out->to_port, &count, e);
	if (r == 0 && count != out->count)
		r = err_msg(e, EINVAL, "%u ports of the host for %u of the container", out->count,
			    count);
	return r;
}

int portmap_parse(const char *text, struct portmap *out, struct err *e)
{
	autofree char *copy = xstrdup(text);
	struct portmap p = { 0 };

	if (parse(copy, &p, e) < 0) {
		(void)err_wrap(e, "port map \"%s\": ", text);
		return -EINVAL;
	}
	if (ip_is_set(&p.host) && ip_is_unspecified(&p.host))
		p.host = (struct ip){ 0 };
	*out = p;
	return 0;
}

static void add_ports(struct str *s, uint16_t first, uint16_t count)
{
	str_addf(s, "%u", first);
	if (count > 1)
		str_addf(s, "-%u", first + count - 1u);
}

char *portmap_format(const struct portmap *p)
{
	autostr s = { 0 };
	char text[IP_TEXT_MAX];

	if (ip_is_set(&p->host))
		str_addf(&s, p->host.family == AF_INET6 ? "[%s]:" : "%s:",
			 ip_format_address(&p->host, text));
	add_ports(&s, p->host_port, p->count);
	str_add_char(&s, ':');
	add_ports(&s, p->to_port, p->count);
	str_addf(&s, "/%s", names_get(portmap_protocols, p->protocol));
	return str_take(&s);
}

/* ---- owners ---- */

/* FNV-1a: tells apart, is no secret. */
static uint64_t checksum(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h;
}

const char *portmap_owner(const char *owner, char *out)
{
	size_t keep = PORTMAP_OWNER_MAX - 17;

	if (strlen(owner) <= PORTMAP_OWNER_MAX)
		(void)snprintf(out, PORTMAP_OWNER_MAX + 1, "%s", owner);
	else
		(void)snprintf(out, PORTMAP_OWNER_MAX + 1, "%.*s#%016llx", (int)keep, owner,
			       (unsigned long long)checksum(owner));
	return out;
}

/* ---- rules ---- */

/* The name stands in quotes in a line of nft's. */
static int check_owner(const char *owner, struct err *e)
{
	if (!owner || !*owner)
		return err_msg(e, EINVAL, "port map: the owner's name is missing");
	for (const char *p = owner; *p; p++)
		if (!isascii((unsigned char)*p) ||
		    !(isalnum((unsigned char)*p) || strchr("_.-:/@+", *p)))
			return err_msg(e, EINVAL, "port map: \"%s\" is no owner's name", owner);
	return 0;
}

static int check_target(const struct ip *a, struct err *e)
{
	char text[IP_TEXT_MAX];

	if (!ip_is_set(a) || ip_is_unspecified(a) || ip_is_loopback(a) || ip_is_multicast(a))
		return err_msg(e, EINVAL, "port map: \"%s\" is no address of a container",
			       ip_format(a, text));
	return 0;
}

static int check_one(const struct portmap *p, struct err *e)
{
	autofree char *text = NULL;
	int r = check_target(&p->to, e);

	if (r < 0)
		return r;
	text = portmap_format(p);
	if (p->count == 0 || p->host_port == 0 || p->to_port == 0 ||
	    p->host_port + p->count - 1 > PORT_MAX || p->to_port + p->count - 1 > PORT_MAX)
		return err_msg(e, EINVAL, "port map %s: a port is out of range", text);
	if (!ip_is_set(&p->host))
		return 0;
	if (p->host.family != p->to.family)
		return err_msg(e, EINVAL,
			       "port map %s: the container has no address of that family", text);
	if (ip_is_multicast(&p->host))
		return err_msg(e, EINVAL, "port map %s: a multicast address", text);
	if (p->host.family == AF_INET6 && ip_is_loopback(&p->host))
		return err_msg(e, EINVAL,
			       "port map %s: the kernel sends nothing from ::1 to a container",
			       text);
	return 0;
}

int portmap_check(const struct nat *n, struct err *e)
{
	size_t ports = 0;
	int r = check_owner(n->owner, e);

	for (size_t i = 0; i < n->n_ports && r == 0; i++) {
		r = check_one(&n->ports[i], e);
		ports += n->ports[i].count;
	}
	for (size_t i = 0; i < n->n_sources && r == 0; i++)
		r = check_target(&n->sources[i], e);
	if (r == 0 && ports > PORTMAP_COUNT_MAX)
		r = err_msg(e, EINVAL, "port map: %zu ports, and %d are allowed", ports,
			    PORTMAP_COUNT_MAX);
	return r;
}
