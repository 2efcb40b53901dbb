/* SPDX-License-Identifier: Apache-2.0 */
#include "net/portmap_elements.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

enum shape { SHAPE_HOST, SHAPE_ANY, SHAPE_NEAR, SHAPE_SOURCE };

static const struct {
	enum shape shape;
	int family;
} sets[NFT_SETS] = {
	[NFT_HOST4] = { SHAPE_HOST, AF_INET },	   [NFT_ANY4] = { SHAPE_ANY, AF_INET },
	[NFT_HOST6] = { SHAPE_HOST, AF_INET6 },	   [NFT_ANY6] = { SHAPE_ANY, AF_INET6 },
	[NFT_NEAR4] = { SHAPE_NEAR, AF_INET },	   [NFT_NEAR6] = { SHAPE_NEAR, AF_INET6 },
	[NFT_SOURCE4] = { SHAPE_SOURCE, AF_INET }, [NFT_SOURCE6] = { SHAPE_SOURCE, AF_INET6 },
};

static bool is_map(enum nft_set set)
{
	return sets[set].shape == SHAPE_HOST || sets[set].shape == SHAPE_ANY;
}

/* ---- from the kernel's bytes ---- */

/* Fields one behind the other, each padded to four bytes. */
struct fields {
	const unsigned char *p;
	size_t len;
	bool bad; /* it was shorter than that */
};

static const unsigned char *take(struct fields *f, size_t n)
{
	static const unsigned char nothing[16];
	const unsigned char *p = f->p;
	size_t padded = (n + 3) & ~(size_t)3;

	if (f->bad || f->len < padded) {
		f->bad = true;
		return nothing;
	}
	f->p += padded;
	f->len -= padded;
	return p;
}

static struct ip take_address(struct fields *f, int family)
{
	size_t n = family == AF_INET ? 4 : 16;

	return ip_from_bytes(take(f, n), n, (uint8_t)(n * 8));
}

static uint16_t take_port(struct fields *f)
{
	const unsigned char *p = take(f, 2);

	return (uint16_t)(p[0] << 8 | p[1]);
}

int nat_element_read(const struct nft_element *from, struct nat_element *out)
{
	int family = sets[from->set].family;
	enum shape shape = sets[from->set].shape;
	struct fields key = { .p = from->key, .len = from->key_len };
	struct fields end = { .p = from->key_end, .len = from->key_end_len };
	struct fields data = { .p = from->data, .len = from->data_len };
	struct nat_element x = { .set = from->set };

	if (shape == SHAPE_HOST || shape == SHAPE_NEAR)
		x.host = take_address(&key, family);
	if (shape == SHAPE_NEAR)
		x.host_end = end.len ? take_address(&end, family) : x.host;
	if (is_map(from->set)) {
		x.protocol = *take(&key, 1);
		x.host_port = take_port(&key);
		x.to = take_address(&data, family);
		x.to_port = take_port(&data);
		if (!names_get(portmap_protocols, x.protocol))
			key.bad = true;
	} else {
		x.to = take_address(&key, family);
	}
	if (key.bad || end.bad || data.bad)
		return -EBADMSG;
	(void)snprintf(x.owner, sizeof(x.owner), "%s", from->comment);
	*out = x;
	return 0;
}

/* ---- from what was asked for ---- */

void nat_elements_done(struct nat_elements *l)
{
	free(l->v);
	*l = (struct nat_elements){ 0 };
}

void nat_elements_add(struct nat_elements *l, const struct nat_element *x)
{
	/* doubled when the number is a power of two */
	if ((l->n & (l->n - 1)) == 0)
		l->v = xrealloc(l->v, MAX(l->n * 2, (size_t)1), sizeof(*l->v));
	l->v[l->n++] = *x;
}

/* Both are the same element of the kernel's, whatever it leads to and whoever owns it. */
static bool same_key(const struct nat_element *a, const struct nat_element *b)
{
	if (a->set != b->set)
		return false;
	if (is_map(a->set))
		return a->protocol == b->protocol && a->host_port == b->host_port &&
		       (sets[a->set].shape == SHAPE_ANY || ip_same_address(&a->host, &b->host));
	return ip_same_address(&a->to, &b->to);
}

static bool has_key(const struct nat_elements *l, const struct nat_element *x)
{
	for (size_t i = 0; i < l->n; i++)
		if (same_key(&l->v[i], x))
			return true;
	return false;
}

/* The rows of a set of addresses, once for each. */
static void add_address(struct nat_elements *out, const struct ip *a, const char *owner,
			bool is_source)
{
	bool v4 = a->family == AF_INET;
	struct ip net = ip_network(a), last = ip_broadcast(a);
	struct nat_element near = {
		.set = v4 ? NFT_NEAR4 : NFT_NEAR6,
		.host = ip_host(&net),
		.host_end = ip_host(&last),
		.to = ip_host(a),
	};
	struct nat_element source = { .set = v4 ? NFT_SOURCE4 : NFT_SOURCE6, .to = ip_host(a) };

	(void)portmap_owner(owner, near.owner);
	(void)portmap_owner(owner, source.owner);
	if (!has_key(out, &near))
		nat_elements_add(out, &near);
	if (is_source && !has_key(out, &source))
		nat_elements_add(out, &source);
}

static void add_ports(struct nat_elements *out, const struct portmap *p, const char *owner)
{
	bool v4 = p->to.family == AF_INET;
	struct nat_element x = { .host = p->host, .to = ip_host(&p->to), .protocol = p->protocol };

	if (ip_is_set(&p->host))
		x.set = v4 ? NFT_HOST4 : NFT_HOST6;
	else
		x.set = v4 ? NFT_ANY4 : NFT_ANY6;
	(void)portmap_owner(owner, x.owner);
	for (unsigned i = 0; i < p->count; i++) {
		x.host_port = (uint16_t)(p->host_port + i);
		x.to_port = (uint16_t)(p->to_port + i);
		nat_elements_add(out, &x);
	}
}

void nat_elements_make(const struct nat *n, struct nat_elements *out)
{
	for (size_t i = 0; i < n->n_sources; i++)
		add_address(out, &n->sources[i], n->owner, true);
	for (size_t i = 0; i < n->n_ports; i++) {
		add_address(out, &n->ports[i].to, n->owner, false);
		add_ports(out, &n->ports[i], n->owner);
	}
}

/* ---- to nft's text ---- */

static void add_key(const struct nat_element *x, struct str *out)
{
	char a[IP_TEXT_MAX], b[IP_TEXT_MAX];

	switch (sets[x->set].shape) {
	case SHAPE_HOST:
		str_addf(out, "%s . ", ip_format_address(&x->host, a));
		__attribute__((fallthrough));
	case SHAPE_ANY:
		str_addf(out, "%s . %u", names_get(portmap_protocols, x->protocol), x->host_port);
		break;
	case SHAPE_NEAR:
		str_add(out, ip_format_address(&x->host, a));
		if (!ip_same_address(&x->host, &x->host_end))
			str_addf(out, "-%s", ip_format_address(&x->host_end, b));
		str_add(out, " . ");
		__attribute__((fallthrough));
	case SHAPE_SOURCE:
		str_add(out, ip_format_address(&x->to, a));
		break;
	}
}

void nat_element_delete(const struct nat_element *x, struct str *out)
{
	str_addf(out, "delete element inet runlet %s { ", nft_set_names[x->set]);
	add_key(x, out);
	str_add(out, " }\n");
}

static void create(const struct nat_element *x, struct str *out)
{
	char a[IP_TEXT_MAX];

	str_addf(out, "create element inet runlet %s { ", nft_set_names[x->set]);
	add_key(x, out);
	str_addf(out, " comment \"%s\"", x->owner);
	if (is_map(x->set))
		str_addf(out, " : %s . %u", ip_format_address(&x->to, a), x->to_port);
	str_add(out, " }\n");
}

/* ---- what there is against what is wanted ---- */

static bool same_element(const struct nat_element *a, const struct nat_element *b)
{
	return same_key(a, b) && str_eq(a->owner, b->owner) && a->to_port == b->to_port &&
	       ip_same_address(&a->to, &b->to) && ip_same_address(&a->host, &b->host) &&
	       ip_same_address(&a->host_end, &b->host_end);
}

/* A port of one address of the host is taken when it is for every address, and the other way. */
static bool takes_port(const struct nat_element *a, const struct nat_element *b)
{
	if (!is_map(a->set) || !is_map(b->set) || sets[a->set].family != sets[b->set].family ||
	    a->protocol != b->protocol || a->host_port != b->host_port)
		return false;
	return sets[a->set].shape == SHAPE_ANY || sets[b->set].shape == SHAPE_ANY ||
	       ip_same_address(&a->host, &b->host);
}

static int taken(const struct nat_element *x, const struct nat_element *holder, struct err *e)
{
	char host[IP_TEXT_MAX] = "", to[IP_TEXT_MAX];

	if (sets[x->set].shape == SHAPE_HOST)
		(void)ip_format_address(&x->host, host);
	return err_msg(e, EADDRINUSE, "host port %s%s%u/%s is taken by %s, for port %u of %s", host,
		       *host ? " " : "", x->host_port, names_get(portmap_protocols, x->protocol),
		       *holder->owner ? holder->owner : "nobody known", holder->to_port,
		       ip_format_address(&holder->to, to));
}

/* Returns 1 when it is to be made, 0 when it is there. */
static int compare(const struct nat_elements *have, const struct nat_element *x, struct str *out,
		   struct err *e)
{
	for (size_t i = 0; i < have->n; i++) {
		const struct nat_element *h = &have->v[i];

		if (same_element(h, x))
			return 0;
		if (takes_port(h, x))
			return taken(x, h, e);
		if (same_key(h, x))
			nat_element_delete(h, out);
	}
	return 1;
}

int nat_elements_change(const struct nat_elements *have, const struct nat_elements *want,
			struct str *out, struct err *e)
{
	int added = 0, r;

	for (size_t i = 0; i < want->n; i++) {
		for (size_t k = 0; k < i; k++)
			if (takes_port(&want->v[i], &want->v[k]))
				return taken(&want->v[i], &want->v[k], e);
		r = compare(have, &want->v[i], out, e);
		if (r < 0)
			return r;
		if (r > 0)
			create(&want->v[i], out);
		added += r;
	}
	return added;
}
