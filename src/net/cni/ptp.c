/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"
#include "net/cni/gateway.h"
#include "net/cni/type.h"
#include "net/cni/veth.h"
#include "net/forward.h"
#include "net/route.h"

#include <errno.h>

static int make(struct cni *c, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	struct link host_end;
	int r = cni_veth_make(c, 0, &host_end, e);

	if (r < 0)
		return r;
	/* A container is not to become the host's router. Without IPv6 there is no such switch. */
	(void)forward_interface(AF_INET6, host_end.name, "accept_ra", "0", NULL);
	(void)cni_result_add_iface(&c->result, host_end.name, mac_format(&host_end.mac, mac), NULL,
				   host_end.mtu);
	return 0;
}

/* The host's end has the gateway's address alone, and a route to the container's alone. */
static int finish_address(struct cni *c, int index, const struct cni_ip *ip, struct err *e)
{
	static const struct addr_options options = { .replace = true, .no_dad = true };
	struct route route = { .index = index };
	struct ip a, gw;
	int r = ip_parse(ip->address, "address", &a, e);

	if (r == 0)
		r = ip_parse_address(ip->gateway, "gateway", &gw, e);
	if (r == 0)
		r = addr_add(c->host, index, &gw, &options, e);
	if (r == 0)
		r = forward_enable(a.family, e);
	if (r < 0)
		return r;
	route.dst = ip_host(&a);
	return route_add(c->host, &route, ROUTE_ALONE, e);
}

static int finish(struct cni *c, struct err *e)
{
	struct link host_end;
	int r = cni_veth_find(c, &host_end, e);

	for (size_t i = 0; i < c->result.n_ips && r == 0; i++)
		r = finish_address(c, host_end.index, &c->result.ips[i], e);
	return r;
}

static int check(struct cni *c, struct err *e)
{
	struct link host_end;

	return cni_veth_find(c, &host_end, e);
}

const struct cni_type cni_ptp = {
	.name = "ptp",
	.has_ipam = true,
	.needs_ipam = true,
	.kind = "veth",
	.make = make,
	.finish = finish,
	.clean = cni_veth_clean,
	.check = check,
};
