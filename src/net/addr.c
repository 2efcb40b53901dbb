/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"

#include <errno.h>

/* ---- reading ---- */

static struct ip ip_in(const struct nlattr *a, uint8_t prefix)
{
	struct ip none = { 0 };

	return a ? ip_from_bytes(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a), prefix) :
		   none;
}

/* IFA_LOCAL is the own end, where there is one; IFA_ADDRESS the other end, or the address. */
static void read_ends(const struct nlattr **in, uint8_t prefix, struct addr *a)
{
	struct ip local = ip_in(in[IFA_LOCAL], prefix), address = ip_in(in[IFA_ADDRESS], prefix);

	a->ip = ip_is_set(&local) ? local : address;
	if (ip_is_set(&local) && ip_is_set(&address) && !ip_same_address(&local, &address)) {
		a->ip.prefix = ip_bits(&local);
		a->peer = address;
	}
}

bool addr_read(const struct nlmsghdr *m, struct addr *out)
{
	const struct ifaddrmsg *body = nl_body(m, sizeof(*body));
	const struct nlattr *in[IFA_MAX + 1], *times;
	struct addr a = { .valid_s = ADDR_FOREVER, .preferred_s = ADDR_FOREVER };
	struct ifa_cacheinfo cache;

	if (!body)
		return false;
	nl_attributes(m, sizeof(*body), in, IFA_MAX);
	a.index = (int)body->ifa_index;
	a.scope = body->ifa_scope;
	a.flags = nl_u32(in[IFA_FLAGS], body->ifa_flags);
	read_ends(in, body->ifa_prefixlen, &a);
	times = in[IFA_CACHEINFO];
	if (times && mnl_attr_get_payload_len(times) >= sizeof(cache)) {
		memcpy(&cache, mnl_attr_get_payload(times), sizeof(cache));
		a.valid_s = cache.ifa_valid;
		a.preferred_s = cache.ifa_prefered;
	}
	if (!ip_is_set(&a.ip) || a.ip.family != body->ifa_family)
		return false;
	*out = a;
	return true;
}

/* ---- listing ---- */

struct list {
	int index;
	struct addr *v;
	size_t n, cap;
};

static int see_addr(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	struct list *l = data;

	if (m->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	/* Older kernels do not filter by interface. */
	if (addr_read(m, &l->v[l->n]) && (l->index == 0 || l->v[l->n].index == l->index))
		l->n++;
	return 0;
}

static void forget(void *data)
{
	((struct list *)data)->n = 0;
}

int addr_list(struct nl *nl, int index, int family, struct addr **out, size_t *n, struct err *e)
{
	const struct ifaddrmsg body = {
		.ifa_family = (unsigned char)family,
		.ifa_index = (unsigned)index,
	};
	struct list l = { .index = index };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
	ret = nl_dump(nl, &r, see_addr, forget, &l, e);
	if (ret < 0) {
		free(l.v);
		return err_wrap(e, "list the addresses: ");
	}
	*out = l.v;
	*n = l.n;
	return 0;
}

int addr_first(struct nl *nl, int index, int family, struct addr *out, struct err *e)
{
	autofree struct addr *v = NULL;
	size_t n;
	int r = addr_list(nl, index, family, &v, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (v[i].scope != RT_SCOPE_UNIVERSE || !ip_is_global(&v[i].ip))
			continue;
		*out = v[i];
		return 1;
	}
	return 0;
}

/* ---- changing ---- */

static void put_address(struct nl_request *r, const struct ip *ip)
{
	nl_put(r, IFA_LOCAL, ip->bytes, ip_len(ip));
	nl_put(r, IFA_ADDRESS, ip->bytes, ip_len(ip));
}

static void put_options(struct nl_request *r, const struct addr_options *o)
{
	struct ifa_cacheinfo times = {
		.ifa_valid = o->valid_s ? o->valid_s : ADDR_FOREVER,
		.ifa_prefered = o->preferred_s ? o->preferred_s : ADDR_FOREVER,
	};
	uint32_t flags =
		(o->no_prefix_route ? IFA_F_NOPREFIXROUTE : 0) | (o->no_dad ? IFA_F_NODAD : 0);

	if (o->valid_s || o->preferred_s)
		nl_put(r, IFA_CACHEINFO, &times, sizeof(times));
	if (flags)
		nl_put_u32(r, IFA_FLAGS, flags);
}

static struct ifaddrmsg body_of(int index, const struct ip *ip)
{
	return (struct ifaddrmsg){
		.ifa_family = ip->family,
		.ifa_prefixlen = ip->prefix,
		.ifa_index = (unsigned)index,
		.ifa_scope = ip_is_loopback(ip)	  ? RT_SCOPE_HOST :
			     ip_is_link_local(ip) ? RT_SCOPE_LINK :
						    RT_SCOPE_UNIVERSE,
	};
}

int addr_add(struct nl *nl, int index, const struct ip *ip, const struct addr_options *o,
	     struct err *e)
{
	static const struct addr_options none;
	struct ifaddrmsg body = body_of(index, ip);
	struct ip last = ip_broadcast(ip);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	o = o ? o : &none;
	nl_begin(&r, RTM_NEWADDR, NLM_F_CREATE | (o->replace ? NLM_F_REPLACE : NLM_F_EXCL), &body,
		 sizeof(body));
	put_address(&r, ip);
	if (ip->family == AF_INET && ip->prefix < 31)
		nl_put(&r, IFA_BROADCAST, last.bytes, ip_len(&last));
	put_options(&r, o);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "add address %s: ", ip_format(ip, text));
	return 0;
}

int addr_del(struct nl *nl, int index, const struct ip *ip, struct err *e)
{
	struct ifaddrmsg body = body_of(index, ip);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	nl_begin(&r, RTM_DELADDR, 0, &body, sizeof(body));
	put_address(&r, ip);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "delete address %s: ", ip_format(ip, text));
	return 0;
}

int addr_flush(struct nl *nl, int index, int family, struct err *e)
{
	autofree struct addr *v = NULL;
	size_t n;
	int r = addr_list(nl, index, family, &v, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (v[i].ip.family == AF_INET6 && ip_is_link_local(&v[i].ip))
			continue;
		r = addr_del(nl, index, &v[i].ip, e);
		/* A secondary address may go with its primary one. */
		if (r == -EADDRNOTAVAIL)
			r = 0;
	}
	return r;
}
