/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/type.h"
#include "net/ifname.h"
#include "net/route.h"

#include <errno.h>

/* The mode of the kernel's for ours, which begin at 1. */
static const int modes[] = {
	[0] = MACVLAN_MODE_BRIDGE,
	[CNI_MODE_BRIDGE] = MACVLAN_MODE_BRIDGE,
	[CNI_MODE_PRIVATE] = MACVLAN_MODE_PRIVATE,
	[CNI_MODE_VEPA] = MACVLAN_MODE_VEPA,
	[CNI_MODE_PASSTHRU] = MACVLAN_MODE_PASSTHRU,
};

/* The interface that the default route leaves by, when none is named. */
static int find_master(struct cni *c, struct nl *nl, struct link *out, struct err *e)
{
	struct route route;
	int r;

	if (c->conf.master && *c->conf.master)
		return link_get(nl, c->conf.master, out, e);
	r = route_default(nl, AF_INET, 0, &route, e);
	if (r == 0)
		r = route_default(nl, AF_INET6, 0, &route, e);
	if (r == 0)
		return cni_fail(c, CNI_ERROR_CONFIG, e,
				"no master is configured, and there is no default route");
	return r < 0 ? r : link_get_index(nl, route.index, out, e);
}

static int check_conf(struct cni *c, struct err *e)
{
	if (c->conf.master && *c->conf.master && ifname_check(c->conf.master, "master", e) < 0)
		return -EINVAL;
	return 0;
}

static int make(struct cni *c, struct err *e)
{
	struct nl *nl = c->conf.link_in_container ? c->inside : c->host;
	struct link_new new = LINK_NEW("macvlan");
	struct link master;
	struct mac mac;
	int r = find_master(c, nl, &master, e);

	if (r < 0)
		return r;
	if (master.flags & IFF_LOOPBACK)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "master %s is the loopback", master.name);
	if (c->conf.mtu > master.mtu)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "mtu %lld is more than the %u of master %s",
				(long long)c->conf.mtu, master.mtu, master.name);
	r = cni_mac(c, &mac, e);
	if (r < 0)
		return r;
	new.parent = master.index;
	new.mode = modes[c->conf.mode];
	new.end = (struct link_end){ .name = c->call.ifname,
				     .netns = c->conf.link_in_container ? -1 : c->netns,
				     .mac = r > 0 ? &mac : NULL,
				     .mtu = (uint32_t)c->conf.mtu,
				     .up = master.flags & IFF_UP };
	return link_create(nl, &new, e);
}

static int check(struct cni *c, struct err *e)
{
	if (c->link.mode != modes[c->conf.mode])
		return err_msg(e, EINVAL, "macvlan %s has another mode", c->link.name);
	return 0;
}

static int status(struct cni *c, struct err *e)
{
	struct link master;

	return c->conf.link_in_container ? 0 : find_master(c, c->host, &master, e);
}

const struct cni_type cni_macvlan = {
	.name = "macvlan",
	.has_ipam = true,
	.kind = "macvlan",
	.check_conf = check_conf,
	.make = make,
	.check = check,
	.status = status,
};
