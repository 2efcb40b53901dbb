/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/view.h"

#include "core/str.h"

#include <errno.h>

const struct opt show_opts[] = {
	O_FLAG_("json", 'j', struct show_args, json, "print JSON"),
	O_TARGET_(struct show_args, target),
	{ 0 },
};

int view_load(struct nl *nl, struct view *v, struct err *e)
{
	int r = link_list(nl, &v->links, &v->n_links, e);

	return r < 0 ? r : addr_list(nl, 0, 0, &v->addrs, &v->n_addrs, e);
}

int view_open(const struct globals *g, const struct show_args *a, const char *name, struct nl **nl,
	      struct view *v, const struct link **only, struct err *e)
{
	int r = target_open_nl(g, &a->target, nl, e);

	if (r == 0)
		r = view_load(*nl, v, e);
	if (r < 0)
		return r;
	*only = name ? view_find(v, name) : NULL;
	return name && !*only ? err_msg(e, ENODEV, "interface \"%s\": does not exist", name) : 0;
}

void view_done(struct view *v)
{
	free(v->links);
	free(v->addrs);
}

const char *view_name(const struct view *v, int index)
{
	const struct link *l = link_in(v->links, v->n_links, index);

	return l ? l->name : "?";
}

const struct link *view_find(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->n_links; i++)
		if (str_eq(v->links[i].name, name))
			return &v->links[i];
	return NULL;
}

const char *view_state(const struct link *l)
{
	if (!(l->flags & IFF_UP))
		return "down";
	if (!(l->flags & IFF_RUNNING))
		return "no-carrier";
	return "up";
}

static const char *mode_of(const struct link *l)
{
	const struct name *names =
		str_eq(l->kind, "ipvlan") ? ipvlan_mode_names : macvlan_mode_names;

	return l->mode < 0 ? NULL : names_get(names, l->mode);
}

char *view_detail(const struct view *v, const struct link *l)
{
	const char *mode = mode_of(l);
	autostr s = { 0 };

	if (mode)
		str_addf(&s, " %s", mode);
	if (l->vlan_id)
		str_addf(&s, " id %d", l->vlan_id);
	if (l->parent && l->parent_nsid < 0)
		str_addf(&s, " %s %s", str_eq(l->kind, "veth") ? "peer" : "on",
			 view_name(v, l->parent));
	else if (l->parent)
		str_addf(&s, " %s interface %d elsewhere", str_eq(l->kind, "veth") ? "peer" : "on",
			 l->parent);
	if (l->master)
		str_addf(&s, " port of %s", view_name(v, l->master));
	if (l->stp)
		str_add(&s, " stp");
	if (l->vlan_filtering)
		str_add(&s, " vlan-filtering");
	return xstrdup(s.len ? s.p + 1 : "");
}

/* ---- JSON ---- */

static void text(struct json_out *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	json_out_name(o, name);
	json_out_string(o, value);
}

static void number(struct json_out *o, const char *name, int64_t value)
{
	json_out_name(o, name);
	json_out_i64(o, value);
}

void view_encode_addr(const struct view *v, const struct addr *a, struct json_out *o)
{
	char buf[IP_TEXT_MAX];

	json_out_object(o);
	text(o, "interface", view_name(v, a->index));
	text(o, "family", a->ip.family == AF_INET ? "ipv4" : "ipv6");
	text(o, "address", ip_format_address(&a->ip, buf));
	number(o, "prefix", a->ip.prefix);
	text(o, "peer", ip_format_address(&a->peer, buf));
	text(o, "scope",
	     a->scope == RT_SCOPE_HOST ? "host" :
	     a->scope == RT_SCOPE_LINK ? "link" :
					 "global");
	if (a->valid_s != ADDR_FOREVER)
		number(o, "valid_seconds", a->valid_s);
	json_out_end(o);
}

static void encode_relations(const struct view *v, const struct link *l, struct json_out *o)
{
	bool veth = str_eq(l->kind, "veth");

	if (l->parent && l->parent_nsid < 0) {
		text(o, veth ? "peer" : "parent", view_name(v, l->parent));
	} else if (l->parent) {
		number(o, veth ? "peer_index" : "parent_index", l->parent);
		number(o, "namespace_id", l->parent_nsid);
	}
	if (l->master)
		text(o, "master", view_name(v, l->master));
	text(o, "mode", mode_of(l));
	if (l->vlan_id)
		number(o, "vlan", l->vlan_id);
}

void view_encode_members(const struct view *v, const struct link *l, struct json_out *o)
{
	char mac[MAC_TEXT_MAX];

	text(o, "name", l->name);
	number(o, "index", l->index);
	text(o, "kind", l->kind);
	text(o, "mac", l->has_mac ? mac_format(&l->mac, mac) : NULL);
	number(o, "mtu", l->mtu);
	json_out_name(o, "up");
	json_out_bool(o, l->flags & IFF_UP);
	text(o, "state", view_state(l));
	encode_relations(v, l, o);
	text(o, "alias", l->alias);
	json_out_name(o, "addresses");
	json_out_array(o);
	for (size_t i = 0; i < v->n_addrs; i++)
		if (v->addrs[i].index == l->index)
			view_encode_addr(v, &v->addrs[i], o);
	json_out_end(o);
}

void view_encode_link(const struct view *v, const struct link *l, struct json_out *o)
{
	json_out_object(o);
	view_encode_members(v, l, o);
	json_out_end(o);
}

int view_show(const struct globals *g, const struct show_args *a, const char *name,
	      int (*as_json)(const struct view *v, const struct link *only, struct err *e),
	      void (*as_text)(const struct view *v, const struct link *only), struct err *e)
{
	_cleanup_(view_done) struct view v = { 0 };
	const struct link *only;
	autonl *nl = NULL;
	int r = view_open(g, a, name, &nl, &v, &only, e);

	if (r < 0)
		return r;
	if (g->json || a->json)
		return as_json(&v, only, e);
	as_text(&v, only);
	return finish_output(e);
}
