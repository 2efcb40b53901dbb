/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach_parent.h"

#include "net/addr.h"
#include "net/route.h"

#include <errno.h>
#include <linux/if_arp.h>

static int not_found(struct nl *host, const char *name, struct err *e)
{
	autofree struct link *links = NULL;
	autostr names = { 0 };
	size_t n = 0;
	int r = link_list(host, &links, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (!(links[i].flags & IFF_LOOPBACK))
			str_addf(&names, "%s%s", names.len ? ", " : "", links[i].name);
	return err_msg(e, ENODEV, "Interface '%s' not found on host. Available interfaces: [%s]",
		       name, names.len ? names.p : "");
}

static int check_kind(const struct link *parent, struct err *e)
{
	if (parent->flags & IFF_LOOPBACK)
		return err_msg(e, EINVAL, "parent %s is the loopback", parent->name);
	if (parent->type != ARPHRD_ETHER)
		return err_msg(e, EINVAL, "parent %s is no Ethernet interface", parent->name);
	if (!(parent->flags & IFF_UP))
		return err_msg(e, ENETDOWN, "parent %s is down", parent->name);
	return 0;
}

static bool is_passthru_child(const struct link *l, const struct link *parent)
{
	return l->parent == parent->index && l->parent_nsid == -1 &&
	       (str_eq(l->kind, "macvlan") || str_eq(l->kind, "macvtap")) &&
	       l->mode == MACVLAN_MODE_PASSTHRU;
}

/* A child in another namespace does not show here: then the kernel refuses the next one. */
static int check_free(struct nl *host, const struct link *parent, struct err *e)
{
	autofree struct link *links = NULL;
	const struct link *master;
	size_t n = 0;
	int r = link_list(host, &links, &n, e);

	if (r < 0)
		return r;
	master = parent->master ? link_in(links, n, parent->master) : NULL;
	if (parent->master)
		return err_msg(e, EBUSY, "parent %s is used up: it is a port of %s", parent->name,
			       master ? master->name : parent->port_kind);
	for (size_t i = 0; i < n; i++)
		if (is_passthru_child(&links[i], parent))
			return err_msg(e, EBUSY,
				       "parent %s is used up: it is %s's alone (mode passthru)",
				       parent->name, links[i].name);
	return 0;
}

int parent_find(struct nl *host, const char *name, struct link *out, struct err *e)
{
	int r = link_find(host, name, out, e);

	if (r == 0)
		return not_found(host, name, e);
	if (r > 0)
		r = check_kind(out, e);
	return r < 0 ? r : check_free(host, out, e);
}

int parent_detect(struct nl *host, const struct link *parent, struct vnic *v, struct err *e)
{
	autofree struct addr *addresses = NULL;
	autofree struct vnic_parent_address *list = NULL;
	struct route route = { 0 };
	struct vnic_parent facts = { 0 };
	int r = addr_list(host, parent->index, AF_INET, &addresses, &facts.n, e);

	if (r == 0)
		r = route_default(host, AF_INET, parent->index, &route, e);
	if (r < 0)
		return r;
	list = xcalloc(facts.n, sizeof(*list));
	for (size_t i = 0; i < facts.n; i++)
		list[i] = (struct vnic_parent_address){
			addresses[i].ip,
			addresses[i].scope == RT_SCOPE_UNIVERSE,
		};
	facts.addresses = list;
	facts.gateway = route.gateway;
	return vnic_detect(v, &facts, e);
}
