/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"
#include "net/bridge.h"
#include "net/cni/gateway.h"
#include "net/cni/type.h"
#include "net/cni/veth.h"
#include "net/forward.h"
#include "net/ifname.h"
#include "net/lock.h"

#include <errno.h>
#include <stdio.h>

#define BRIDGE_DEFAULT "cni0"
#define DEFAULT_VLAN 1

static const char *bridge_name(const struct cni *c)
{
	return c->conf.bridge && *c->conf.bridge ? c->conf.bridge : BRIDGE_DEFAULT;
}

static int check_conf(struct cni *c, struct err *e)
{
	struct cni_conf *f = &c->conf;

	if (f->mac_spoof_check || f->disable_container_interface)
		return cni_fail(c, CNI_ERROR_UNSUPPORTED, e, "bridge: %s is not supported",
				f->mac_spoof_check ? "macspoofchk" : "disableContainerInterface");
	if (f->hairpin && f->promisc)
		return cni_fail(c, CNI_ERROR_CONFIG, e,
				"bridge: hairpinMode and promiscMode exclude each other");
	if (f->is_default_gateway)
		f->is_gateway = true;
	if (cni_vlans_check(c, e) < 0)
		return -EINVAL;
	return ifname_check(bridge_name(c), "bridge", e);
}

static bool has_vlans(const struct cni *c)
{
	return c->conf.vlan || c->conf.n_trunk;
}

/* Makes it unless somebody else is quicker. */
static int create_bridge(struct cni *c, struct link *out, struct err *e)
{
	struct link_new new = LINK_NEW("bridge");
	struct mac mac;
	int r = mac_random(&mac, e);

	if (r < 0)
		return r;
	new.end.name = bridge_name(c);
	/* else it would be that of some port, and another one when that goes */
	new.end.mac = &mac;
	new.end.mtu = (uint32_t)c->conf.mtu;
	new.end.up = true;
	new.vlan_filtering = has_vlans(c);
	r = link_create(c->host, &new, e);
	if (r < 0 && r != -EEXIST)
		return r;
	/* A container is not to become the host's router. Without IPv6 there is no such switch. */
	if (r == 0)
		(void)forward_interface(AF_INET6, bridge_name(c), "accept_ra", "0", NULL);
	return link_get(c->host, bridge_name(c), out, e);
}

static int find_bridge(struct cni *c, struct link *out, struct err *e)
{
	int r = link_find(c->host, bridge_name(c), out, e);

	if (r == 0)
		r = create_bridge(c, out, e);
	if (r < 0)
		return r;
	if (!str_eq(out->kind, "bridge"))
		return cni_fail(c, CNI_ERROR_CONFIG, e, "interface %s is no bridge", out->name);
	r = 0;
	if (!(out->flags & IFF_UP))
		r = link_set_up(c->host, out->index, true, e);
	if (r == 0 && has_vlans(c) && !out->vlan_filtering)
		r = bridge_set_vlan_filtering(c->host, out->index, true, e);
	if (r == 0 && c->conf.promisc && !(out->flags & IFF_PROMISC))
		r = bridge_set_promisc(c->host, out->index, true, e);
	return r;
}

static int set_vlans(struct cni *c, const struct link *port, struct err *e)
{
	const struct cni_conf *f = &c->conf;
	bool keep = !f->preserve_default_vlan.is_set || f->preserve_default_vlan.value;
	int r = 0;

	/* with a VLAN of its own a port is in no other, nor with a trunk that does not want it */
	if ((f->vlan && f->vlan != DEFAULT_VLAN) || (f->n_trunk && !keep))
		r = bridge_vlan_del(c->host, port->index, DEFAULT_VLAN, DEFAULT_VLAN, false, e);
	if (r == 0 && f->vlan)
		r = bridge_vlan_add(c->host, port->index, (uint16_t)f->vlan, (uint16_t)f->vlan,
				    true, false, e);
	for (size_t i = 0; i < f->n_trunk && r == 0; i++) {
		const struct cni_vlan_range *t = &f->trunk[i];

		r = bridge_vlan_add(c->host, port->index, (uint16_t)(t->id ? t->id : t->min),
				    (uint16_t)(t->id ? t->id : t->max), false, false, e);
	}
	return r;
}

static int set_port(struct cni *c, const struct link *port, struct err *e)
{
	struct bridge_port p = { .hairpin = c->conf.hairpin, .isolated = c->conf.isolated };
	int r = 0;

	if (p.hairpin || p.isolated)
		r = bridge_port_set(c->host, port->index, &p, e);
	return r == 0 && has_vlans(c) ? set_vlans(c, port, e) : r;
}

static int make(struct cni *c, struct err *e)
{
	struct link bridge, port;
	char mac[MAC_TEXT_MAX];
	int r = find_bridge(c, &bridge, e);

	if (r == 0)
		r = cni_veth_make(c, bridge.index, &port, e);
	if (r == 0)
		r = set_port(c, &port, e);
	if (r < 0)
		return r;
	(void)cni_result_add_iface(&c->result, bridge.name, mac_format(&bridge.mac, mac), NULL,
				   bridge.mtu);
	(void)cni_result_add_iface(&c->result, port.name, mac_format(&port.mac, mac), NULL,
				   port.mtu);
	return 0;
}

/* ---- the gateway ---- */

#define GATEWAY_PORT_PREFIX "bv"

static int create_gateway(struct cni *c, const struct link *bridge, const char *name,
			  const char *port, struct err *e)
{
	struct link_new new = LINK_NEW("veth");
	int r;

	new.master = bridge->index;
	new.end = (struct link_end){ .name = port, .netns = -1, .mtu = bridge->mtu, .up = true };
	new.peer = (struct link_end){ .name = name, .netns = -1, .mtu = bridge->mtu, .up = true };
	r = link_create(c->host, &new, e);
	if (r == 0)
		(void)forward_interface(AF_INET6, name, "accept_ra", "0",
					NULL); /* as the bridge's */
	return r;
}

/* The other end of it. It outlives its bridge, and is for the next one of that name. */
static int gateway_port(struct cni *c, const struct link *bridge, const struct link *gateway,
			struct link *out, struct err *e)
{
	bool is_pair =
		str_eq(gateway->kind, "veth") && gateway->parent && gateway->parent_nsid == -1;
	int r = is_pair ? link_get_index(c->host, gateway->parent, out, e) : 0;

	if (r < 0)
		return r;
	if (!is_pair || (out->master != bridge->index &&
			 (out->master || !str_starts(out->name, GATEWAY_PORT_PREFIX))))
		return err_msg(e, EEXIST, "interface %s is somebody else's, not %s's in VLAN %u",
			       gateway->name, bridge->name, (unsigned)c->conf.vlan);
	return out->master ? 0 : link_set_master(c->host, out->index, bridge->index, e);
}

/* The bridge's own interface can be untagged in one VLAN only, and others may have made it theirs:
 * a VLAN's gateway is a pair of its own, with one end on the bridge. */
static int vlan_gateway(struct cni *c, const struct link *bridge, struct link *out, struct err *e)
{
	autofree char *name = xasprintf("%s.%u", bridge->name, (unsigned)c->conf.vlan);
	char port_name[IFNAMSIZ];
	struct link port;
	int r = ifname_check(name, "the VLAN's gateway", e);

	(void)snprintf(port_name, sizeof(port_name), GATEWAY_PORT_PREFIX "%x.%x",
		       (unsigned)bridge->index, (unsigned)c->conf.vlan);
	if (r == 0)
		r = link_find(c->host, name, out, e);
	if (r == 0)
		r = create_gateway(c, bridge, name, port_name, e);
	if (r >= 0)
		r = link_get(c->host, name, out, e);
	if (r == 0)
		r = gateway_port(c, bridge, out, &port, e);
	return r < 0 ? r : set_vlans(c, &port, e);
}

static int finish(struct cni *c, struct err *e)
{
	struct link bridge, gateway;
	autofd int held = -1;
	int r;

	if (!c->conf.is_gateway)
		return 0;
	r = link_get(c->host, bridge_name(c), &bridge, e);
	if (r < 0)
		return r;
	held = net_lock(c->state_dir, bridge.name, e);
	if (held < 0)
		return held;
	gateway = bridge;
	if (c->conf.vlan)
		r = vlan_gateway(c, &bridge, &gateway, e);
	return r < 0 ? r : cni_gateway_assign(c, gateway.index, e);
}

static int check(struct cni *c, struct err *e)
{
	struct link bridge, port;
	int r = link_get(c->host, bridge_name(c), &bridge, e);

	if (r == 0)
		r = cni_veth_find(c, &port, e);
	if (r == 0 && port.master != bridge.index)
		r = err_msg(e, EINVAL, "interface %s is no port of %s", port.name, bridge.name);
	return r;
}

const struct cni_type cni_bridge = {
	.name = "bridge",
	.has_ipam = true,
	.kind = "veth",
	.check_conf = check_conf,
	.make = make,
	.finish = finish,
	.clean = cni_veth_clean,
	.check = check,
};
