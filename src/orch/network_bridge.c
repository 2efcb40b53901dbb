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

	new.end.name = c->veth;
	new.end.up = true;
	new.master = master;
	new.peer.name = IFNAME;
	new.peer.netns = netns;
	new.peer.up = true;
	return link_create(nl, &new, e);
}

/* By this it is known for whole, and for ours when it is to go. */
static int mark(struct nl *nl, const struct container *c, struct err *e)
{
	autofree char *alias = alias_of(c);
	struct link made;
	int r = link_get(nl, c->veth, &made, e);

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

/* ---- whose is it? ---- */

enum link_owner { NOBODY, OTHERS, OURS_HALF_MADE, OURS };

/* Is it one whose other end is in the container's namespace, and which nobody has marked? 1 or 0.
 */
static int is_half_made(const struct link *link, int netns, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *inside = NULL;
	struct link end;
	int r = 0;

	if (netns < 0 || *link->alias || !str_eq(link->kind, "veth"))
		return 0;
	r = nl_open_in(netns, &inside, e);
	if (r == 0)
		r = link_find(inside, IFNAME, &end, e);
	return r <= 0 ? r : str_eq(end.kind, "veth") && end.parent == link->index;
}

/* Returns enum link_owner, or -errno. @netns: -1 when there is none any more */
static int find_link(struct nl *nl, const struct container *c, int netns, struct link *link,
		     struct err *e)
{
	autofree char *alias = alias_of(c);
	int r = link_find(nl, c->veth, link, e);

	if (r <= 0)
		return r < 0 ? r : NOBODY;
	if (str_eq(link->alias, alias))
		return OURS;
	r = is_half_made(link, netns, e);
	return r < 0 ? r : r ? OURS_HALF_MADE : OTHERS;
}

/* ---- all of it ---- */

static int remove_all(const struct orch *o, struct nl *nl, const struct container *c, int netns,
		      struct err *e)
{
	struct link link;
	int master = 0, owner = find_link(nl, c, netns, &link, e), r = owner;

	if (owner < 0 || owner == OTHERS)
		return MIN(r, 0);
	r = find_bridge(nl, c, &master, e);
	if (r == 0)
		r = del_port(o, c, e);
	if (r >= 0 && owner != NOBODY)
		r = link_delete(nl, link.index, e);
	return r == -ENODEV ? 0 : MIN(r, 0);
}

static int detach(const struct orch *o, const struct container *c, bool forget _unused_,
		  struct err *e)
{
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	autofd int netns = netns_open_path(path, NULL); /* it may be gone */
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	int r = nl_open(&nl, e);

	return r < 0 ? r : remove_all(o, nl, c, netns, e);
}

static int make_all(const struct orch *o, struct nl *nl, const struct container *c, int netns,
		    struct err *e)
{
	int master = 0, is_kernel = find_bridge(nl, c, &master, e), r = is_kernel;

	if (r >= 0)
		r = make_link(nl, c, netns, master, e);
	if (r == 0)
		r = set_address(c, netns, e);
	if (r == 0 && !is_kernel)
		r = MIN(add_port(o, c, e), 0);
	return r < 0 ? r : mark(nl, c, e);
}

/* What was left half made by somebody who was killed is made anew. */
static int attach(const struct orch *o, const struct container *c, int netns, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	struct link link;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = find_link(nl, c, netns, &link, e);
	if (r == OTHERS)
		return err_msg(e, EEXIST,
			       "interface %s: is there already, and not this container's", c->veth);
	if (r < 0 || r == OURS)
		return MIN(r, 0);
	r = r == OURS_HALF_MADE ? remove_all(o, nl, c, netns, e) : 0;
	if (r == 0)
		r = make_all(o, nl, c, netns, e);
	if (r < 0)
		(void)remove_all(o, nl, c, netns, NULL); /* the error is why it is not attached */
	return r < 0 ? err_wrap(e, "link %s to bridge %s: ", c->veth, c->bridge) : 0;
}

/* 1 or 0. */
static int is_attached(const struct orch *o _unused_, const struct container *c, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	struct link link;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = find_link(nl, c, -1, &link, e);
	return r < 0 ? r : r == OURS;
}

const struct network_kind network_bridge = {
	.attach = attach,
	.detach = detach,
	.is_attached = is_attached,
	.pinned = true,
};
