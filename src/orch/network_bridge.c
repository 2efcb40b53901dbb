/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a container of a state document: one link to a bridge of the host's, a Linux one
 * or one of Open vSwitch. */
#include "orch/network.h"

#include "core/strv.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/netns.h"
#include "net/ovs.h"

#include <errno.h>

#define IFNAME "eth0" /* in the container */
#define ALIAS "runlet:"

static char *alias_of(const struct container *c)
{
	return xasprintf(ALIAS "%s/%s", c->ns, c->name);
}

/* ---- Open vSwitch ---- */

static int open_ovs(const struct orch *o, struct ovs **out, struct err *e)
{
	const struct ovs_options options = { .db = o->ovs_db,
					     .timeout_ms = OVS_TIMEOUT_DEFAULT_MS };

	return ovs_open(&options, out, e);
}

static int add_port(const struct orch *o, const struct container *c, struct err *e)
{
	struct strmap_entry id = { (char *)OVS_CONTAINER_ID, c->name };
	const struct strmap ids = { &id, 1 };
	const struct ovs_port_options options = { .may_exist = true, .external_ids = &ids };
	autoovs *ovs = NULL;
	int r = open_ovs(o, &ovs, e);

	return r < 0 ? r : ovs_add_port(ovs, c->bridge, c->veth, &options, e);
}

/* Without a server there is nothing that could be removed. */
static int del_port(const struct orch *o, const struct container *c, struct err *e)
{
	autoovs *ovs = NULL;
	int r = open_ovs(o, &ovs, e);

	if (r == -ENOENT || r == -ECONNREFUSED)
		return 0;
	return r < 0 ? r : ovs_del_port(ovs, NULL, c->veth, true, e);
}

/* ---- the link ---- */

/* 1 and the bridge's index when it is one of the kernel's own; 0 when it is not. */
static int find_bridge(struct nl *nl, const struct container *c, int *index, struct err *e)
{
	struct link bridge;
	int r = link_find(nl, c->bridge, &bridge, e);

	if (r <= 0 || !str_eq(bridge.kind, "bridge"))
		return MIN(r, 0);
	*index = bridge.index;
	return 1;
}

static int make_link(struct nl *nl, const struct container *c, int netns, int master, struct err *e)
{
	struct link_new new = LINK_NEW("veth");
	autofree char *alias = alias_of(c);
	struct link made;
	int r = 0;

	new.end.name = c->veth;
	new.end.up = true;
	new.master = master;
	new.peer.name = IFNAME;
	new.peer.netns = netns;
	new.peer.up = true;
	r = link_create(nl, &new, e);
	if (r < 0)
		return r;
	/* By this it is known for ours when it is to go. */
	r = link_get(nl, c->veth, &made, e);
	return r < 0 ? r : link_set_alias(nl, made.index, alias, e);
}

static int set_address(const struct container *c, int netns, struct err *e)
{
	const struct addr_options options = { .replace = true };
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	struct link inside;
	struct ip ip;
	int r = 0;

	if (!c->ipv4)
		return 0;
	r = ip_parse(c->ipv4, "address", &ip, e);
	if (r == 0)
		r = nl_open_in(netns, &nl, e);
	if (r == 0)
		r = link_get(nl, IFNAME, &inside, e);
	return r < 0 ? r : addr_add(nl, inside.index, &ip, &options, e);
}

static int detach(const struct orch *o, const struct container *c, bool forget _unused_,
		  struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	autofree char *alias = alias_of(c);
	struct link link;
	int master = 0, r = nl_open(&nl, e);

	if (r == 0)
		r = find_bridge(nl, c, &master, e);
	if (r == 0)
		r = del_port(o, c, e);
	if (r >= 0)
		r = link_find(nl, c->veth, &link, e);
	/* Somebody else's of that name stays. */
	if (r == 1 && str_eq(link.alias, alias))
		r = link_delete(nl, link.index, e);
	return r == -ENODEV ? 0 : MIN(r, 0);
}

/* 1 when it is there and ours, 0 when it is not there. */
static int is_attached(struct nl *nl, const struct container *c, struct err *e)
{
	autofree char *alias = alias_of(c);
	struct link link;
	int r = link_find(nl, c->veth, &link, e);

	if (r == 1 && !str_eq(link.alias, alias))
		return err_msg(e, EEXIST,
			       "interface %s: is there already, and not this container's", c->veth);
	return r;
}

static int attach(const struct orch *o, const struct container *c, int netns, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	int master = 0, is_kernel = 0, r = nl_open(&nl, e);

	if (r == 0)
		r = is_attached(nl, c, e);
	if (r != 0)
		return MIN(r, 0);
	is_kernel = find_bridge(nl, c, &master, e);
	if (is_kernel < 0)
		return is_kernel;
	r = make_link(nl, c, netns, master, e);
	if (r == 0)
		r = set_address(c, netns, e);
	if (r == 0 && !is_kernel)
		r = MIN(add_port(o, c, e), 0);
	if (r < 0)
		(void)detach(o, c, false, NULL); /* the error is why it cannot be attached */
	return r < 0 ? err_wrap(e, "link %s to bridge %s: ", c->veth, c->bridge) : 0;
}

const struct network_kind network_bridge = {
	.attach = attach,
	.detach = detach,
	.pinned = true,
};
