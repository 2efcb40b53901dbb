/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"
#include "net/cni/attach.h"
#include "net/cni/limits.h"
#include "net/route.h"

#include <errno.h>

static int check_addresses(struct cni *c, struct err *e)
{
	autofree struct addr *have = NULL;
	size_t n = 0;
	int r = addr_list(c->inside, c->link.index, 0, &have, &n, e);

	for (size_t i = 0; i < c->result.n_ips && r == 0; i++) {
		const struct cni_ip *ip = &c->result.ips[i];
		struct ip want;
		bool found = false;

		if (ip->iface.is_set &&
		    !str_eq(c->result.ifaces[ip->iface.value].name, c->call.ifname))
			continue;
		r = ip_parse(ip->address, "address", &want, e);
		for (size_t k = 0; k < n && r == 0; k++)
			found |= ip_equal(&have[k].ip, &want);
		if (r == 0 && !found)
			r = err_msg(e, ENOENT, "interface %s has lost the address %s",
				    c->call.ifname, ip->address);
	}
	return r;
}

static bool is_route(const struct route *have, const struct ip *dst, const struct ip *gw)
{
	if (have->dst.family != dst->family || have->dst.prefix != dst->prefix ||
	    !ip_same_address(&have->dst, dst))
		return false;
	return !ip_is_set(gw) || ip_same_address(&have->gateway, gw);
}

static int check_routes(struct cni *c, struct err *e)
{
	struct route_filter filter = { 0 };
	autofree struct route *have = NULL;
	size_t n = 0;
	int r = c->result.n_routes ? route_list(c->inside, &filter, &have, &n, e) : 0;

	for (size_t i = 0; i < c->result.n_routes && r == 0; i++) {
		const struct cni_route *route = &c->result.routes[i];
		struct ip dst, gw = { 0 };
		bool found = false;

		r = ip_parse_subnet(route->dst, "route", &dst, e);
		if (r == 0 && route->gw && *route->gw)
			r = ip_parse_address(route->gw, "gateway", &gw, e);
		for (size_t k = 0; k < n && r == 0; k++)
			found |= is_route(&have[k], &dst, &gw);
		if (r == 0 && !found)
			r = err_msg(e, ENOENT, "the route to %s is lost", route->dst);
	}
	return r;
}

static int check_interface(struct cni *c, const struct cni_type *t, struct err *e)
{
	const struct cni_iface *want = cni_result_inside(&c->result, c->call.ifname);
	char mac[MAC_TEXT_MAX];
	int r = link_get(c->inside, c->call.ifname, &c->link, e);

	if (r < 0)
		return r;
	if (!want)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "prevResult has no interface %s",
				c->call.ifname);
	if (t->kind && !str_eq(c->link.kind, t->kind))
		return err_msg(e, EINVAL, "interface %s is no %s", c->link.name, t->kind);
	if (want->mac && *want->mac && !str_eq(mac_format(&c->link.mac, mac), want->mac))
		return err_msg(e, EINVAL, "interface %s has the address %s, not %s", c->link.name,
			       mac, want->mac);
	return 0;
}

static int check_made(struct cni *c, const struct cni_type *t, struct err *e)
{
	autoipam ipam = { 0 };
	int r = check_interface(c, t, e);

	if (r == 0 && t->has_ipam)
		r = cni_ipam_plan(c, &ipam, e);
	if (r == 0)
		r = cni_ipam_run(c, &ipam, e);
	if (r >= 0)
		r = check_addresses(c, e);
	if (r == 0)
		r = check_routes(c, e);
	if (r == 0 && t->kind && str_eq(t->kind, "veth"))
		r = cni_bandwidth_check(c, cni_host_name(c, c->host_ifname), e);
	if (r == 0)
		r = cni_nat_check(c, e);
	return r;
}

int cni_check(struct cni *c, const struct cni_type *t, struct err *e)
{
	int r;

	if (!c->conf.prev_result)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "prevResult is missing");
	if (t->check_conf && t->check_conf(c, e) < 0)
		return -EINVAL;
	if (t->is_chained)
		r = link_get(c->inside, c->call.ifname, &c->link, e);
	else
		r = check_made(c, t, e);
	if (r >= 0 && t->check)
		r = t->check(c, e);
	return r < 0 ? r : 0;
}

int cni_status(struct cni *c, const struct cni_type *t, struct err *e)
{
	autoipam ipam = { 0 };
	int r = t->check_conf ? t->check_conf(c, e) : 0;

	if (r == 0 && t->has_ipam)
		r = cni_ipam_plan(c, &ipam, e);
	if (r < 0)
		return r;
	c->code = CNI_ERROR_NOT_AVAILABLE;
	r = t->status ? t->status(c, e) : 0;
	return r < 0 ? r : cni_ipam_run(c, &ipam, e);
}
