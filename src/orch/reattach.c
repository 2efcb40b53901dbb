/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/reattach.h"

#include "core/log.h"
#include "core/strv.h"
#include "net/attach.h"
#include "net/link.h"
#include "net/netns.h"
#include "orch/audit.h"
#include "orch/network.h"
#include "orch/request.h"
#include "orch/store.h"

#include <errno.h>

#define LOCK_TIMEOUT_MS 20000

/* An interface of the host, as it is now. */
struct parent {
	const char *name;
	const struct json *addresses; /* each with "subnet" */
};

static bool has_subnet(const struct parent *p, const char *subnet)
{
	for (size_t i = 0; i < p->addresses->n; i++) {
		const struct json *s = json_get(&p->addresses->items[i], "subnet");

		if (s && s->type == JSON_STRING && str_eq(s->text, subnet))
			return true;
	}
	return false;
}

/* As it was asked for; NULL when it was not. */
static const struct vnic *asked_for(const struct vnics *asked, const char *name)
{
	for (size_t i = 0; i < asked->n; i++)
		if (str_eq(asked->v[i].name, name))
			return &asked->v[i];
	return NULL;
}

static bool has_moved(const struct parent *p, const struct vnics *asked, const struct vnic *v)
{
	const struct vnic *a = asked_for(asked, v->name);

	return a && v->network_mode == VNIC_DHCP && !a->parent_subnet && v->parent_subnet &&
	       p->addresses->n > 0 && !has_subnet(p, v->parent_subnet);
}

/* 1 or 0. */
static int is_gone(const struct orch *o, const struct container *c, const char *ifname,
		   struct err *e)
{
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	autofd int netns = netns_open_path(path, e);
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	struct link link;
	int r = netns < 0 ? netns : nl_open_in(netns, &nl, e);

	if (r == 0)
		r = link_find(nl, ifname, &link, e);
	return r < 0 ? r : r == 0;
}

/* 1 or 0. */
static int is_affected(const struct orch *o, const struct container *c, const struct parent *p,
		       struct err *e)
{
	autofree char *dir = orch_net_dir(o), *name = orch_net_name(c->ns, c->name);
	struct attachment now = { 0 };
	struct vnics asked = { 0 };
	int r = attach_get(dir, name, &now, e), affected = 0;

	if (r == 1)
		r = request_vnics(o, c->ns, c->name, &asked, e);
	for (size_t i = 0; r >= 0 && !affected && i < now.n; i++) {
		const struct vnic *v = &now.v[i].vnic;

		if (!str_eq(v->parent_interface, p->name))
			continue;
		affected = has_moved(p, &asked, v);
		if (!affected)
			r = affected = is_gone(o, c, v->name, e);
	}
	vnics_done(&asked);
	attachment_done(&now);
	return r < 0 ? r : affected;
}

static int record(const struct orch *o, const struct container *c, const struct parent *p,
		  const char *error, struct err *e)
{
	autofree char *what = xasprintf("make the vNICs anew, since %s has changed", p->name);
	char *const changes[] = { what, NULL };
	const struct audit_change change = { .plugin = "net",
					     .op = AUDIT_APPLY,
					     .resource = c->name,
					     .changes = changes,
					     .error = error };

	return audit_append(o->audit_dir, &change, e);
}

static int make_anew(const struct orch *o, const struct container *c, const struct parent *p,
		     struct err *e)
{
	struct err telling = { 0 };
	int r = record(o, c, p, NULL, e);

	if (r < 0)
		return r;
	r = network_detach(o, c, false, e);
	if (r == 0)
		r = network_attach(o, c, e);
	if (r == 0)
		r = request_save_vnics(o, c->ns, c->name, e);
	if (r < 0 && record(o, c, p, e->text, &telling) < 0)
		log_error("%s", telling.text);
	return r;
}

static int reattach_one(const struct orch *o, const char *ns, const char *name,
			const struct parent *p, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	autofd int lock = store_lock(o, ns, name, LOCK_TIMEOUT_MS, e);
	int r = lock < 0 ? lock : container_load(o, ns, name, &c, e);

	if (r <= 0 || !c.complete || c.deleting || c.network != CONTAINER_NETWORK_VNICS)
		return MIN(r, 0);
	r = is_affected(o, &c, p, e);
	return r == 1 ? make_anew(o, &c, p, e) : r;
}

static int reattach_namespace(const struct orch *o, const char *ns, const struct parent *p,
			      struct err *e)
{
	autostrv char **names = NULL;
	int r = container_names(o, ns, &names, e);

	for (size_t i = 0; r >= 0 && i < strv_len(names); i++) {
		struct err why = { 0 };

		if (reattach_one(o, ns, names[i], p, &why) < 0)
			log_error("%s: %s", names[i], why.text);
	}
	return MIN(r, 0);
}

int reattach(const struct orch *o, const struct json *change, struct err *e)
{
	const struct json *name = json_get(change, "interface");
	struct parent p = { .addresses = json_get(change, "ipv4_addresses") };
	autostrv char **namespaces = NULL;
	int r = 0;

	if (!name || name->type != JSON_STRING || !p.addresses || p.addresses->type != JSON_ARRAY)
		return err_msg(e, EINVAL, "no change of an interface");
	p.name = name->text;
	r = container_namespaces(o, &namespaces, e);
	for (size_t i = 0; r >= 0 && i < strv_len(namespaces); i++)
		r = reattach_namespace(o, namespaces[i], &p, e);
	return MIN(r, 0);
}
