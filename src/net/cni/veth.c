/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/veth.h"

#include "net/portmap.h"

#include <errno.h>
#include <stdio.h>

/* The owner is the alias of the host's end. A kill between the two leaves it without one. */
static bool is_ours(const struct cni *c, const struct link *l)
{
	char owner[PORTMAP_OWNER_MAX + 1];

	return str_eq(l->kind, "veth") &&
	       (!l->alias[0] || str_eq(l->alias, portmap_owner(c->owner, owner)));
}

int cni_veth_find(struct cni *c, struct link *out, struct err *e)
{
	char name[IFNAMSIZ];
	struct link l;
	int r = link_get(c->host, cni_host_name(c, name), &l, e);

	if (r == 0 && !is_ours(c, &l))
		r = err_msg(e, ENODEV, "interface %s is somebody else's", name);
	if (r == 0)
		*out = l;
	return r;
}

int cni_veth_clean(struct cni *c, struct err *e)
{
	struct link l;
	int r = cni_veth_find(c, &l, e);

	if (r == 0)
		r = link_delete(c->host, l.index, e);
	return r == -ENODEV ? 0 : r;
}

static int create(struct cni *c, int master, struct err *e)
{
	struct link_new new = LINK_NEW("veth");
	struct mac mac;
	int r = cni_mac(c, &mac, e);

	if (r < 0)
		return r;
	new.master = master;
	new.end.name = c->host_ifname;
	new.end.mtu = (uint32_t)c->conf.mtu;
	new.end.up = true;
	new.peer.name = c->call.ifname;
	new.peer.netns = c->netns;
	new.peer.mac = r > 0 ? &mac : NULL;
	new.peer.mtu = (uint32_t)c->conf.mtu;
	return link_create(c->host, &new, e);
}

int cni_veth_make(struct cni *c, int master, struct link *host_end, struct err *e)
{
	char owner[PORTMAP_OWNER_MAX + 1];
	int r;

	(void)cni_host_name(c, c->host_ifname);
	r = create(c, master, e);
	if (r == -EEXIST && cni_veth_clean(c, NULL) == 0)
		r = create(c, master, e);
	if (r == 0)
		r = link_get(c->host, c->host_ifname, host_end, e);
	if (r == 0)
		r = link_set_alias(c->host, host_end->index, portmap_owner(c->owner, owner), e);
	return r;
}

int cni_veth_keep(struct cni *c, bool (*keep)(const char *owner, void *data), void *data,
		  struct err *e)
{
	autofree char *prefix = cni_owner_prefix(c->conf.name);
	autofree struct link *list = NULL;
	size_t n = 0;
	int r = link_list(c->host, &list, &n, e);

	for (size_t i = 0; i < n && r >= 0; i++) {
		if (!(str_eq(list[i].kind, "veth") || str_eq(list[i].kind, "ifb")) ||
		    !str_starts(list[i].alias, prefix) || keep(list[i].alias, data))
			continue;
		r = link_delete(c->host, list[i].index, e);
		if (r == -ENODEV)
			r = 0;
	}
	return r;
}
