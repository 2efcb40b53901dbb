/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/attach.h"
#include "net/cni/limits.h"
#include "net/cni/veth.h"
#include "net/portmap.h"

#include <errno.h>

/* The first error stays; what comes behind is tried all the same. */
static void note(int r, const struct err *why, int *first, struct err *e)
{
	if (r >= 0 || *first < 0)
		return;
	*first = r;
	if (e)
		*e = *why;
}

/* One of another kind under that name is not what ADD made. */
static int delete_inside(struct cni *c, const struct cni_type *t, struct err *e)
{
	struct link l;
	int r;

	if (!c->inside || !t->kind)
		return 0;
	r = link_find(c->inside, c->call.ifname, &l, e);
	if (r <= 0 || !str_eq(l.kind, t->kind))
		return r;
	r = link_delete(c->inside, l.index, e);
	return r == -ENODEV ? 0 : r;
}

static int del_ipam(struct cni *c, const struct cni_type *t, const struct cni_ipam_plan *ipam,
		    struct err *e)
{
	return t->has_ipam ? cni_ipam_run(c, ipam, e) : 0;
}

/* dhcp gives its address back through the interface; every other address is given back only once
 * nobody uses it any more. */
static int del_interface(struct cni *c, const struct cni_type *t, struct err *e)
{
	autoipam ipam = { 0 };
	struct err why = { 0 };
	bool first;
	int result = 0;

	if (t->has_ipam)
		note(cni_ipam_plan(c, &ipam, &why), &why, &result, e);
	first = cni_ipam_is_on_link(&ipam);
	if (first)
		note(del_ipam(c, t, &ipam, &why), &why, &result, e);
	if (t->clean)
		note(t->clean(c, &why), &why, &result, e);
	note(delete_inside(c, t, &why), &why, &result, e);
	if (!first)
		note(del_ipam(c, t, &ipam, &why), &why, &result, e);
	return result;
}

int cni_del(struct cni *c, const struct cni_type *t, struct err *e)
{
	struct err why = { 0 };
	int result = 0;

	if (!t->is_chained || t == &cni_portmap)
		note(portmap_del(c->state_dir, c->owner, &why), &why, &result, e);
	if (t == &cni_bandwidth || (t->kind && str_eq(t->kind, "veth")))
		note(cni_bandwidth_del(c, &why), &why, &result, e);
	if (!t->is_chained)
		note(del_interface(c, t, &why), &why, &result, e);
	return result;
}

/* ---- GC ---- */

static bool is_attached(const char *owner, void *data)
{
	const struct cni *c = data;

	for (size_t i = 0; i < c->conf.n_attachments; i++) {
		const struct cni_attachment *a = &c->conf.attachments[i];
		autofree char *name = cni_owner(c->conf.name, a->container, a->ifname);
		char stored[PORTMAP_OWNER_MAX + 1];

		if (str_eq(portmap_owner(name, stored), owner) || str_eq(name, owner))
			return true;
	}
	return false;
}

int cni_gc(struct cni *c, const struct cni_type *t, struct err *e)
{
	autofree char *prefix = cni_owner_prefix(c->conf.name);
	autoipam ipam = { 0 };
	struct err why = { 0 };
	int result = 0;

	if (!t->is_chained || t == &cni_portmap)
		note(portmap_keep(c->state_dir, prefix, is_attached, c, &why), &why, &result, e);
	if (t == &cni_ovs)
		note(cni_ovs_keep(c, is_attached, c, &why), &why, &result, e);
	if (!t->is_chained || t == &cni_bandwidth)
		note(cni_veth_keep(c, is_attached, c, &why), &why, &result, e);
	if (t->has_ipam) {
		note(cni_ipam_plan(c, &ipam, &why), &why, &result, e);
		note(cni_ipam_run(c, &ipam, &why), &why, &result, e);
	}
	return result;
}
