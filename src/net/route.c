/* SPDX-License-Identifier: Apache-2.0 */
#include "net/route.h"

#include <errno.h>
#include <stdio.h>

/* ---- reading ---- */

static struct ip ip_in(const struct nlattr *a, uint8_t prefix)
{
	struct ip none = { 0 };

	return a ? ip_from_bytes(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a), prefix) :
		   none;
}

/* An IPv4 route may have an IPv6 gateway, which comes as a struct rtvia. */
static struct ip via_in(const struct nlattr *a)
{
	struct ip none = { 0 };
	const struct rtvia *via;

	if (!a || mnl_attr_get_payload_len(a) < sizeof(*via))
		return none;
	via = mnl_attr_get_payload(a);
	return ip_from_bytes(via->rtvia_addr, mnl_attr_get_payload_len(a) - sizeof(*via), 128);
}

static void read_hop(const struct nlattr **in, struct route *r)
{
	r->gateway = ip_in(in[RTA_GATEWAY], 128);
	if (!ip_is_set(&r->gateway))
		r->gateway = via_in(in[RTA_VIA]);
}

static uint32_t mtu_in(const struct nlattr *metrics)
{
	const struct nlattr *in[RTAX_MAX + 1];

	nl_nested(metrics, in, RTAX_MAX);
	return nl_u32(in[RTAX_MTU], 0);
}

/* The route without its hops; the attributes are handed on. */
static bool read_head(const struct nlmsghdr *m, const struct nlattr **in, struct route *out)
{
	const struct rtmsg *body = nl_body(m, sizeof(*body));
	struct route r = { 0 };

	if (!body || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6))
		return false;
	nl_attributes(m, sizeof(*body), in, RTA_MAX);
	r.dst = ip_in(in[RTA_DST], body->rtm_dst_len);
	if (!in[RTA_DST])
		r.dst.family = body->rtm_family;
	r.source = ip_in(in[RTA_PREFSRC], 128);
	r.metric = nl_u32(in[RTA_PRIORITY], 0);
	r.table = nl_u32(in[RTA_TABLE], body->rtm_table);
	r.protocol = body->rtm_protocol;
	r.scope = body->rtm_scope;
	r.type = body->rtm_type;
	r.mtu = mtu_in(in[RTA_METRICS]);
	r.on_link = body->rtm_flags & RTNH_F_ONLINK;
	if (r.dst.family != body->rtm_family)
		return false;
	*out = r;
	return true;
}

/* The n-th next hop of a route of several. */
static const struct rtnexthop *hop_at(const struct nlattr *hops, size_t n)
{
	const unsigned char *p = mnl_attr_get_payload(hops);
	size_t left = mnl_attr_get_payload_len(hops);
	const struct rtnexthop *h;

	for (;; n--) {
		h = (const struct rtnexthop *)p;
		if (left < sizeof(*h) || h->rtnh_len < sizeof(*h) || h->rtnh_len > left)
			return NULL;
		if (n == 0)
			return h;
		left -= MIN((size_t)MNL_ALIGN(h->rtnh_len), left);
		p += MNL_ALIGN(h->rtnh_len);
	}
}

static void read_nexthop(const struct rtnexthop *h, struct route *r)
{
	const struct nlattr *in[RTA_MAX + 1] = { NULL };
	const struct nlattr *a = (const struct nlattr *)(h + 1);
	int left = (int)(h->rtnh_len - sizeof(*h));

	for (; mnl_attr_ok(a, left); a = mnl_attr_next(a)) {
		if (mnl_attr_get_type(a) <= RTA_MAX)
			in[mnl_attr_get_type(a)] = a;
		left -= (int)MNL_ALIGN(mnl_attr_get_len(a));
	}
	r->index = h->rtnh_ifindex;
	r->on_link = h->rtnh_flags & RTNH_F_ONLINK;
	read_hop(in, r);
}

/* 1, or 0 when there is no n-th hop. */
static bool read_nth(const struct nlmsghdr *m, size_t n, struct route *out)
{
	const struct nlattr *in[RTA_MAX + 1];
	const struct rtnexthop *hop;

	if (!read_head(m, in, out))
		return false;
	if (!in[RTA_MULTIPATH]) {
		out->index = (int)nl_u32(in[RTA_OIF], 0);
		read_hop(in, out);
		return n == 0;
	}
	hop = hop_at(in[RTA_MULTIPATH], n);
	if (hop)
		read_nexthop(hop, out);
	return hop;
}

bool route_read(const struct nlmsghdr *m, struct route *out)
{
	struct route r;

	if (!read_nth(m, 0, &r))
		return false;
	*out = r;
	return true;
}

/* ---- listing ---- */

struct list {
	const struct route_filter *f;
	struct route *v;
	size_t n, cap;
};

static bool wanted(const struct route_filter *f, const struct route *r)
{
	return (!f->family || f->family == r->dst.family) && (!f->index || f->index == r->index) &&
	       (!f->table || f->table == r->table);
}

static int see_route(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	const struct rtmsg *body = nl_body(m, sizeof(*body));
	struct list *l = data;
	struct route r;

	/* Cached routes are clones of others. */
	if (m->nlmsg_type != RTM_NEWROUTE || !body || body->rtm_flags & RTM_F_CLONED)
		return 0;
	for (size_t i = 0; read_nth(m, i, &r); i++) {
		if (!wanted(l->f, &r))
			continue;
		if (l->n == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 16;
			l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
		}
		l->v[l->n++] = r;
	}
	return 0;
}

static void forget(void *data)
{
	((struct list *)data)->n = 0;
}

int route_list(struct nl *nl, const struct route_filter *f, struct route **out, size_t *n,
	       struct err *e)
{
	const struct rtmsg body = { .rtm_family = (unsigned char)f->family };
	struct list l = { .f = f };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETROUTE, NLM_F_DUMP, &body, sizeof(body));
	/* A table that is asked for and is not there yet is an error to newer kernels. */
	ret = nl_dump(nl, &r, see_route, forget, &l, e);
	if (ret < 0) {
		free(l.v);
		return err_wrap(e, "list the routes: ");
	}
	*out = l.v;
	*n = l.n;
	return 0;
}

int route_default(struct nl *nl, int family, int index, struct route *out, struct err *e)
{
	const struct route_filter f = { family, index, RT_TABLE_MAIN };
	autofree struct route *v = NULL;
	const struct route *best = NULL;
	size_t n;
	int r = route_list(nl, &f, &v, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (v[i].dst.prefix == 0 && v[i].type == RTN_UNICAST &&
		    (!best || v[i].metric < best->metric))
			best = &v[i];
	if (best)
		*out = *best;
	return best != NULL;
}

int route_overlaps(struct nl *nl, const struct ip *subnet, struct route *out, struct err *e)
{
	const struct route_filter f = { .family = subnet->family };
	autofree struct route *v = NULL;
	size_t n;
	int r = route_list(nl, &f, &v, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (v[i].dst.prefix == 0 || v[i].table == RT_TABLE_LOCAL ||
		    !ip_overlaps(&v[i].dst, subnet))
			continue;
		*out = v[i];
		return 1;
	}
	return 0;
}

/* ---- changing ---- */

static void put_ip(struct nl_request *r, uint16_t type, const struct ip *ip)
{
	if (ip_is_set(ip))
		nl_put(r, type, ip->bytes, ip_len(ip));
}

/* The other family's needs RTA_VIA. */
static void put_gateway(struct nl_request *r, const struct route *route)
{
	unsigned char via[sizeof(struct rtvia) + 16];
	const struct ip *gw = &route->gateway;
	__kernel_sa_family_t family = gw->family;

	if (!ip_is_set(gw) || gw->family == route->dst.family) {
		put_ip(r, RTA_GATEWAY, gw);
		return;
	}
	memcpy(via, &family, sizeof(family));
	memcpy(via + sizeof(family), gw->bytes, ip_len(gw));
	nl_put(r, RTA_VIA, via, sizeof(family) + ip_len(gw));
}

static void put_route(struct nl_request *r, const struct route *route)
{
	struct nlattr *metrics;

	if (route->dst.prefix > 0)
		put_ip(r, RTA_DST, &route->dst);
	put_gateway(r, route);
	put_ip(r, RTA_PREFSRC, &route->source);
	if (route->index)
		nl_put_u32(r, RTA_OIF, (uint32_t)route->index);
	if (route->metric)
		nl_put_u32(r, RTA_PRIORITY, route->metric);
	if (route->table > UINT8_MAX)
		nl_put_u32(r, RTA_TABLE, route->table);
	if (!route->mtu)
		return;
	metrics = nl_nest(r, RTA_METRICS);
	nl_put_u32(r, RTAX_MTU, route->mtu);
	nl_nest_end(r, metrics);
}

static struct rtmsg body_of(const struct route *r)
{
	uint32_t table = r->table ? r->table : RT_TABLE_MAIN;

	return (struct rtmsg){
		.rtm_family = r->dst.family,
		.rtm_dst_len = r->dst.prefix,
		.rtm_table = table > UINT8_MAX ? RT_TABLE_UNSPEC : (uint8_t)table,
		.rtm_protocol = r->protocol,
		.rtm_scope = r->scope,
		.rtm_type = r->type,
		.rtm_flags = r->on_link ? RTNH_F_ONLINK : 0,
	};
}

static const char *describe(const struct route *r, char out[IP_TEXT_MAX])
{
	return r->dst.prefix == 0 ? "default" : ip_format(&r->dst, out);
}

int route_add(struct nl *nl, const struct route *route, enum route_clash clash, struct err *e)
{
	static const uint16_t flags[] = {
		[ROUTE_ALONE] = NLM_F_EXCL,
		[ROUTE_REPLACE] = NLM_F_REPLACE,
		[ROUTE_BESIDE] = 0,
	};
	struct rtmsg body = body_of(route);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	body.rtm_protocol = route->protocol ? route->protocol : RTPROT_STATIC;
	body.rtm_type = route->type ? route->type : RTN_UNICAST;
	if (!body.rtm_scope && !ip_is_set(&route->gateway) && route->dst.family == AF_INET &&
	    body.rtm_type == RTN_UNICAST)
		body.rtm_scope = RT_SCOPE_LINK;
	nl_begin(&r, RTM_NEWROUTE, (uint16_t)(NLM_F_CREATE | flags[clash]), &body, sizeof(body));
	put_route(&r, route);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "add route %s: ", describe(route, text));
	return 0;
}

int route_del(struct nl *nl, const struct route *route, struct err *e)
{
	struct rtmsg body = body_of(route);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	body.rtm_scope = RT_SCOPE_NOWHERE; /* any */
	nl_begin(&r, RTM_DELROUTE, 0, &body, sizeof(body));
	put_route(&r, route);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "delete route %s: ", describe(route, text));
	return 0;
}

static int see_one(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	if (m->nlmsg_type == RTM_NEWROUTE)
		(void)route_read(m, data); /* its family stays 0 */
	return 0;
}

int route_lookup(struct nl *nl, const struct ip *to, struct route *out, struct err *e)
{
	const struct rtmsg body = { .rtm_family = to->family, .rtm_dst_len = ip_bits(to) };
	struct route found = { 0 };
	char text[IP_TEXT_MAX];
	struct nl_request r;

	nl_begin(&r, RTM_GETROUTE, 0, &body, sizeof(body));
	nl_put(&r, RTA_DST, to->bytes, ip_len(to));
	if (nl_talk(nl, &r, see_one, &found, e) < 0)
		return err_wrap(e, "route to %s: ", ip_format_address(to, text));
	if (!ip_is_set(&found.dst))
		return err_msg(e, ENETUNREACH, "route to %s: none", ip_format_address(to, text));
	*out = found;
	return 0;
}
