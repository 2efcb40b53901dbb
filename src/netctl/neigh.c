/* SPDX-License-Identifier: Apache-2.0 */
#include "net/neigh.h"

#include "netctl/target.h"
#include "netctl/view.h"

#include <errno.h>

struct neigh_args {
	struct target target;
	bool replace;
};

static const struct opt neigh_opts[] = {
	O_TARGET_(struct neigh_args, target),
	{ 0 },
};

static const struct opt add_opts[] = {
	O_FLAG_("replace", 0, struct neigh_args, replace, "in place of what is known"),
	O_TARGET_(struct neigh_args, target),
	{ 0 },
};

/* ---- show ---- */

/* Multicast and the like are no neighbours, only entries. */
static bool is_shown(const struct neigh *n)
{
	return !(n->state & NUD_NOARP);
}

static void print_text(const struct view *v, const struct neigh *list, size_t n)
{
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		if (is_shown(&list[i]))
			printf("%-15s %-39s %-17s %s\n", view_name(v, list[i].index),
			       ip_format_address(&list[i].ip, ip),
			       list[i].has_mac ? mac_format(&list[i].mac, mac) : "-",
			       names_get(neigh_state_names, list[i].state) ?: "?");
}

static void member(struct json_out *o, const char *name, const char *value)
{
	json_out_name(o, name);
	json_out_string(o, value);
}

static int print_objects(const struct view *v, const struct neigh *list, size_t n, struct err *e)
{
	autojsonout *o = json_out_new("  ");
	char text[IP_TEXT_MAX];

	json_out_array(o);
	for (size_t i = 0; i < n; i++) {
		if (!is_shown(&list[i]))
			continue;
		json_out_object(o);
		member(o, "interface", view_name(v, list[i].index));
		member(o, "address", ip_format_address(&list[i].ip, text));
		if (list[i].has_mac)
			member(o, "mac", mac_format(&list[i].mac, text));
		member(o, "state", names_get(neigh_state_names, list[i].state) ?: "?");
		json_out_end(o);
	}
	json_out_end(o);
	return print_json(o, e);
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	_cleanup_(view_done) struct view v = { 0 };
	autofree struct neigh *list = NULL;
	const struct globals *g = global;
	const struct show_args *a = args;
	const struct link *only;
	autonl *nl = NULL;
	size_t n;
	int r = view_open(g, a, argv[0], &nl, &v, &only, e);

	if (r == 0)
		r = neigh_list(nl, only ? only->index : 0, 0, &list, &n, e);
	if (r < 0)
		return r;
	if (g->json || a->json)
		return print_objects(&v, list, n, e);
	print_text(&v, list, n);
	return finish_output(e);
}

const struct command cmd_neigh_show = {
	.name = "neigh show",
	.synopsis = "[INTERFACE]",
	.about = "Show which link-layer addresses are known.",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_show,
};

/* ---- add, del ---- */

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct neigh_args *a = args;
	autonl *nl = NULL;
	struct link l;
	struct mac mac;
	struct ip ip;
	int r = ip_parse_address(argv[1], "address", &ip, e);

	if (r == 0)
		r = mac_parse_host(argv[2], "MAC address", &mac, e);
	if (r == 0)
		r = target_open_link(global, &a->target, argv[0], &nl, &l, e);
	return r < 0 ? r : neigh_add(nl, l.index, &ip, &mac, a->replace, e);
}

static int run_del(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct neigh_args *a = args;
	autonl *nl = NULL;
	struct link l;
	struct ip ip;
	int r = ip_parse_address(argv[1], "address", &ip, e);

	if (r == 0)
		r = target_open_link(global, &a->target, argv[0], &nl, &l, e);
	return r < 0 ? r : neigh_del(nl, l.index, &ip, e);
}

const struct command cmd_neigh_add = {
	.name = "neigh add",
	.synopsis = "INTERFACE IP MAC",
	.about = "Say which link-layer address a neighbour has, for good.",
	.opts = add_opts,
	.args_size = sizeof(struct neigh_args),
	.min_args = 3,
	.max_args = 3,
	.run = run_add,
};

const struct command cmd_neigh_del = {
	.name = "neigh del",
	.synopsis = "INTERFACE IP",
	.about = "Forget a neighbour.",
	.opts = neigh_opts,
	.args_size = sizeof(struct neigh_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_del,
};
