/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "netctl/make.h"
#include "netctl/view.h"

#include <errno.h>

/* ---- add, del ---- */

struct add_args {
	struct make_args make;
	bool stp, vlan_filtering, may_exist;
};

static const struct opt add_opts[] = {
	O_FLAG_("may-exist", 0, struct add_args, may_exist, "be content with one that is there"),
	O_FLAG_("stp", 0, struct add_args, stp, "take part in the spanning tree protocol"),
	O_FLAG_("vlan-filtering", 0, struct add_args, vlan_filtering, "tell VLANs apart"),
	O_MAKE_(struct add_args, make),
	{ 0 },
};

/* 1 when there is such a bridge, 0 when there is nothing of that name. */
static int is_there(const struct globals *g, const struct target *t, const char *name,
		    struct err *e)
{
	autonl *nl = NULL;
	struct link l;
	int r = target_open_nl(g, t, &nl, e);

	if (r == 0)
		r = link_find(nl, name, &l, e);
	if (r > 0 && !str_eq(l.kind, "bridge"))
		return err_msg(e, EEXIST, "interface \"%s\": is there, but is no bridge", name);
	return r;
}

static int add(const struct globals *g, const struct add_args *a, const char *name, struct err *e)
{
	struct link_new new = LINK_NEW("bridge");
	int r;

	new.end.name = name;
	new.stp = a->stp;
	new.vlan_filtering = a->vlan_filtering;
	r = make_link(g, &a->make, NULL, NULL, &new, &new.end, e);
	if (r != -EEXIST || !a->may_exist)
		return r;
	r = is_there(g, &a->make.target, name, e);
	return r == 0 ? err_msg(e, EEXIST, "bridge %s: just deleted", name) : MIN(r, 0);
}

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct add_args *a = args;
	int r = add(global, a, argv[0], e);

	make_args_done(&a->make);
	return r;
}

const struct command cmd_bridge_add = {
	.name = "bridge add",
	.synopsis = "BRIDGE",
	.about = "Make a bridge.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add,
};

REMOVE_COMMAND(bridge, "BRIDGE", "Delete a bridge; its ports stay, as ports of none.");

/* ---- ports ---- */

struct port_args {
	struct target target;
	bool force;
};

static const struct opt add_port_opts[] = {
	O_FLAG_("force", 0, struct port_args, force, "take it from another bridge"),
	O_TARGET_(struct port_args, target),
	{ 0 },
};

static const struct opt del_port_opts[] = {
	O_TARGET_(struct port_args, target),
	{ 0 },
};

static int find_both(struct nl *nl, char **argv, struct link *bridge, struct link *port,
		     struct err *e)
{
	int r = link_get(nl, argv[0], bridge, e);

	if (r == 0 && !str_eq(bridge->kind, "bridge"))
		return err_msg(e, EINVAL, "interface \"%s\": is no bridge", argv[0]);
	return r < 0 ? r : link_get(nl, argv[1], port, e);
}

static int elsewhere(struct nl *nl, const struct link *port, struct err *e)
{
	struct link other;
	int r = link_get_index(nl, port->master, &other, e);

	if (r < 0)
		return r;
	return err_msg(e, EBUSY, "interface \"%s\": is a port of %s", port->name, other.name);
}

static int run_add_port(const void *global, void *args, int argc _unused_, char **argv,
			struct err *e)
{
	const struct port_args *a = args;
	struct link bridge, port;
	autonl *nl = NULL;
	int r = target_open_nl(global, &a->target, &nl, e);

	if (r == 0)
		r = find_both(nl, argv, &bridge, &port, e);
	if (r < 0 || port.master == bridge.index)
		return r;
	if (port.master && !a->force)
		return elsewhere(nl, &port, e);
	return link_set_master(nl, port.index, bridge.index, e);
}

static int run_del_port(const void *global, void *args, int argc _unused_, char **argv,
			struct err *e)
{
	const struct port_args *a = args;
	struct link bridge, port;
	autonl *nl = NULL;
	int r = target_open_nl(global, &a->target, &nl, e);

	if (r == 0)
		r = find_both(nl, argv, &bridge, &port, e);
	if (r < 0)
		return r;
	if (port.master != bridge.index)
		return err_msg(e, EINVAL, "interface \"%s\": is no port of %s", argv[1], argv[0]);
	return link_set_master(nl, port.index, 0, e);
}

const struct command cmd_bridge_add_port = {
	.name = "bridge add-port",
	.synopsis = "BRIDGE INTERFACE",
	.about = "Make an interface a port of a bridge.",
	.opts = add_port_opts,
	.args_size = sizeof(struct port_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_add_port,
};

const struct command cmd_bridge_del_port = {
	.name = "bridge del-port",
	.synopsis = "BRIDGE INTERFACE",
	.about = "Take an interface from its bridge.",
	.opts = del_port_opts,
	.args_size = sizeof(struct port_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_del_port,
};

/* ---- show ---- */

static bool is_shown(const struct link *l, const char *name)
{
	return str_eq(l->kind, "bridge") && (!name || str_eq(l->name, name));
}

static void print_text(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->n_links; i++) {
		const struct link *l = &v->links[i];

		if (!is_shown(l, name))
			continue;
		printf("%s: %s, mtu %u%s%s\n", l->name, view_state(l), l->mtu,
		       l->stp ? ", stp" : "", l->vlan_filtering ? ", vlan-filtering" : "");
		for (size_t k = 0; k < v->n_links; k++)
			if (v->links[k].master == l->index)
				printf("\t%s: %s\n", v->links[k].name, view_state(&v->links[k]));
	}
}

static int print_objects(const struct view *v, const char *name, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	json_out_array(o);
	for (size_t i = 0; i < v->n_links; i++) {
		const struct link *l = &v->links[i];

		if (!is_shown(l, name))
			continue;
		json_out_object(o);
		view_encode_members(v, l, o);
		json_out_name(o, "stp");
		json_out_bool(o, l->stp);
		json_out_name(o, "vlan_filtering");
		json_out_bool(o, l->vlan_filtering);
		json_out_name(o, "ports");
		json_out_array(o);
		for (size_t k = 0; k < v->n_links; k++)
			if (v->links[k].master == l->index)
				json_out_string(o, v->links[k].name);
		json_out_end(o);
		json_out_end(o);
	}
	json_out_end(o);
	return print_json(o, e);
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	_cleanup_(view_done) struct view v = { 0 };
	const struct globals *g = global;
	const struct show_args *a = args;
	const char *name = argv[0];
	const struct link *only;
	autonl *nl = NULL;
	int r = view_open(g, a, name, &nl, &v, &only, e);

	if (r < 0)
		return r;
	if (only && !str_eq(only->kind, "bridge"))
		return err_msg(e, EINVAL, "interface \"%s\": is no bridge", name);
	if (g->json || a->json)
		return print_objects(&v, name, e);
	print_text(&v, name);
	return finish_output(e);
}

const struct command cmd_bridge_show = {
	.name = "bridge show",
	.synopsis = "[BRIDGE]",
	.about = "Show the bridges and their ports.",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_show,
};
