/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"
#include "net/cni/attach.h"
#include "net/cni/gateway.h"
#include "net/cni/limits.h"
#include "net/cni/veth.h"
#include "net/forward.h"
#include "net/netns.h"
#include "net/route.h"

#include <errno.h>

/* ---- inside ---- */

/* In the container's namespace: its neighbours are told of the address when the interface comes up,
 * and drop what they knew of an earlier holder. */
static int announce(void *data, struct err *e)
{
	const char *ifname = data;
	int r = forward_interface(AF_INET, ifname, "arp_notify", "1", e);

	/* without IPv6 there is no such switch */
	(void)forward_interface(AF_INET6, ifname, "ndisc_notify", "1", NULL);
	return r;
}

static bool is_ptp(const struct cni_type *t)
{
	return t == &cni_ptp;
}

static int put_addresses(struct cni *c, const struct cni_type *t, struct err *e)
{
	struct addr_options options = { .no_dad = true,
					.replace = true,
					.no_prefix_route = is_ptp(t) };
	autofree struct ip *list = NULL;
	size_t n = 0;
	int r = cni_addresses(&c->result, &list, &n, e);

	for (size_t i = 0; i < n && r == 0; i++)
		r = addr_add(c->inside, c->link.index, &list[i], &options, e);
	return r;
}

/* What another network of the container leads there stays, behind ours. */
static int add_route(struct cni *c, const struct route *route, struct err *e)
{
	struct err why = { 0 };
	int r = route_add(c->inside, route, ROUTE_BESIDE, &why);

	return r < 0 && r != -EEXIST ? err_msg(e, why.num, "%s", why.text) : 0;
}

/* A pair without a bridge: everything, the neighbours too, is behind the gateway. */
static int put_ptp_routes(struct cni *c, const struct cni_ip *ip, struct err *e)
{
	struct route to_gateway = { .index = c->link.index };
	struct route to_subnet = { .index = c->link.index };
	struct ip a, gw;
	int r = ip_parse(ip->address, "address", &a, e);

	if (r == 0)
		r = ip_parse_address(ip->gateway, "gateway", &gw, e);
	if (r < 0)
		return r;
	to_gateway.dst = gw;
	to_gateway.source = ip_host(&a);
	r = add_route(c, &to_gateway, e);
	to_subnet.dst = ip_network(&a);
	to_subnet.gateway = gw;
	to_subnet.source = ip_host(&a);
	if (r == 0 && a.prefix < ip_bits(&a))
		r = add_route(c, &to_subnet, e);
	return r;
}

/* The gateway that a route does not name is that of the address of its family. */
static const char *gateway_for(const struct cni_result *res, const struct cni_route *route)
{
	bool v6 = strchr(route->dst, ':');

	if (route->gw && *route->gw)
		return route->gw;
	for (size_t i = 0; i < res->n_ips; i++)
		if (!!strchr(res->ips[i].address, ':') == v6 && res->ips[i].gateway &&
		    *res->ips[i].gateway)
			return res->ips[i].gateway;
	return NULL;
}

static int put_route(struct cni *c, const struct cni_route *from, struct err *e)
{
	const char *gw = gateway_for(&c->result, from);
	struct route route = { .index = c->link.index,
			       .metric = (uint32_t)from->priority,
			       .mtu = (uint32_t)from->mtu };
	int r = ip_parse_subnet(from->dst, "route", &route.dst, e);

	if (r == 0 && gw && !(from->scope.is_set && from->scope.value == RT_SCOPE_LINK))
		r = ip_parse_address(gw, "gateway of a route", &route.gateway, e);
	if (r < 0)
		return r;
	if (from->table.is_set)
		route.table = (uint32_t)from->table.value;
	if (from->scope.is_set)
		route.scope = (uint8_t)from->scope.value;
	return add_route(c, &route, e);
}

static int put_routes(struct cni *c, const struct cni_type *t, struct err *e)
{
	int r = 0;

	for (size_t i = 0; is_ptp(t) && i < c->result.n_ips && r == 0; i++)
		r = put_ptp_routes(c, &c->result.ips[i], e);
	for (size_t i = 0; i < c->result.n_routes && r == 0; i++)
		r = put_route(c, &c->result.routes[i], e);
	return r;
}

static int bring_up(struct cni *c, struct err *e)
{
	int r = netns_run(c->netns, announce, (void *)c->call.ifname, e);

	return r < 0 ? r : link_set_up(c->inside, c->link.index, true, e);
}

/* The interface is as the type made it; what it is called from now on is told in the result. */
static int find_made(struct cni *c, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	int r = link_get(c->inside, c->call.ifname, &c->link, e);

	if (r < 0)
		return r;
	(void)cni_result_add_iface(&c->result, c->link.name, mac_format(&c->link.mac, mac),
				   c->call.netns, c->link.mtu);
	return 0;
}

static void name_interface(struct cni *c)
{
	for (size_t i = 0; i < c->result.n_ips; i++)
		c->result.ips[i].iface = (struct opt_int){ true, (int64_t)c->result.n_ifaces - 1 };
}

/* @is_done: addresses and routes are there, and kept by somebody else. */
static int configure(struct cni *c, const struct cni_type *t, bool is_done, struct err *e)
{
	int r = 0;

	if (is_ptp(t) || c->conf.is_gateway || c->conf.is_default_gateway)
		r = cni_gateway_plan(c, e);
	if (r == 0 && !is_done)
		r = put_addresses(c, t, e);
	if (r == 0)
		r = bring_up(c, e);
	if (r == 0 && t->finish)
		r = t->finish(c, e);
	if (r == 0 && !is_done)
		r = put_routes(c, t, e);
	if (r == 0)
		name_interface(c);
	return r;
}

/* ---- the order of things ---- */

static int get_addresses(struct cni *c, const struct cni_type *t, const struct cni_ipam_plan *ipam,
			 struct err *e)
{
	int r = cni_ipam_add(c, ipam, e);

	if (r == 0 && t->needs_ipam && c->result.n_ips == 0)
		r = cni_fail(c, CNI_ERROR_CONFIG, e, "type %s needs addresses, and ipam gave none",
			     t->name);
	return r;
}

/* Down again, so that the addresses are announced when it comes up. */
static int get_on_link(struct cni *c, const struct cni_type *t, const struct cni_ipam_plan *ipam,
		       struct err *e)
{
	int r = link_set_up(c->inside, c->link.index, true, e);

	if (r == 0)
		r = get_addresses(c, t, ipam, e);
	if (r == 0 && ipam->program)
		r = link_set_up(c->inside, c->link.index, false, e);
	return r;
}

static int add_interface(struct cni *c, const struct cni_type *t, const struct cni_ipam_plan *ipam,
			 struct err *e)
{
	bool on_link = cni_ipam_is_on_link(ipam);
	int r = 0;

	if (!on_link)
		r = get_addresses(c, t, ipam, e);
	if (r == 0)
		r = t->make(c, e);
	if (r == 0)
		r = find_made(c, e);
	if (r == 0 && on_link)
		r = get_on_link(c, t, ipam, e);
	if (r == 0)
		r = configure(c, t, ipam->built_in && on_link, e);
	if (r == 0)
		r = cni_bandwidth_add(c, c->host_ifname, e);
	if (r == 0)
		r = cni_nat_add(c, e);
	return r;
}

static int check_absent(struct cni *c, struct err *e)
{
	struct link there;
	int r = link_find(c->inside, c->call.ifname, &there, e);

	if (r > 0)
		return cni_fail(c, CNI_ERROR_PLUGIN, e, "interface %s is in the namespace already",
				c->call.ifname);
	return r;
}

static int add_new(struct cni *c, const struct cni_type *t, struct err *e)
{
	autoipam ipam = { 0 };
	struct cni undo;
	int r = cni_limits_check(c, t->kind && str_eq(t->kind, "veth"), e);

	if (r == 0 && t->has_ipam)
		r = cni_ipam_plan(c, &ipam, e);
	if (r == 0)
		r = check_absent(c, e);
	if (r < 0)
		return r;
	r = add_interface(c, t, &ipam, e);
	if (r == 0)
		return 0;
	/* DEL finds all of it by its names */
	undo = *c;
	undo.call.command = CNI_DEL;
	(void)cni_del(&undo, t, NULL);
	return r;
}

/* On what the plugins before have made. */
static int add_chained(struct cni *c, const struct cni_type *t, struct err *e)
{
	int r;

	if (!c->conf.prev_result)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "%s: prevResult is missing", t->name);
	r = link_get(c->inside, c->call.ifname, &c->link, e);
	return r < 0 ? r : t->finish(c, e);
}

int cni_add(struct cni *c, const struct cni_type *t, struct err *e)
{
	int r = t->check_conf ? t->check_conf(c, e) : 0;

	if (r < 0) {
		if (c->code == CNI_ERROR_PLUGIN)
			c->code = CNI_ERROR_CONFIG;
		return r;
	}
	if (t->is_chained)
		return add_chained(c, t, e);
	return t->kind || t->has_ipam ? add_new(c, t, e) : t->make(c, e);
}
