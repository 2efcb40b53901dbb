/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "net/netns.h"
#include "netctl/make.h"
#include "netctl/view.h"

#include <errno.h>

struct link_args {
	struct target target;
};

static const struct opt link_opts[] = {
	O_TARGET_(struct link_args, target),
	{ 0 },
};

/* ---- show ---- */

static void print_link(const struct view *v, const struct link *l)
{
	autofree char *detail = view_detail(v, l);
	char text[IP_TEXT_MAX], mac[MAC_TEXT_MAX];

	printf("%-5d %-15s %-10s %-10s %-5u %-17s %s\n", l->index, l->name,
	       *l->kind		       ? l->kind :
	       l->flags & IFF_LOOPBACK ? "loopback" :
					 "-",
	       view_state(l), l->mtu, l->has_mac ? mac_format(&l->mac, mac) : "-", detail);
	for (size_t i = 0; i < v->n_addrs; i++)
		if (v->addrs[i].index == l->index)
			printf("      %s\n", ip_format(&v->addrs[i].ip, text));
}

static void print_text(const struct view *v, const struct link *only)
{
	printf("%-5s %-15s %-10s %-10s %-5s %-17s %s\n", "INDEX", "NAME", "KIND", "STATE", "MTU",
	       "MAC", "DETAIL");
	for (size_t i = 0; i < v->n_links; i++)
		if (!only || only == &v->links[i])
			print_link(v, &v->links[i]);
}

static int print_objects(const struct view *v, const struct link *only, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	json_out_array(o);
	for (size_t i = 0; i < v->n_links; i++)
		if (!only || only == &v->links[i])
			view_encode_link(v, &v->links[i], o);
	json_out_end(o);
	return print_json(o, e);
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	return view_show(global, args, argv[0], print_objects, print_text, e);
}

const struct command cmd_link_show = {
	.name = "link show",
	.synopsis = "[INTERFACE]",
	.about = "Show the interfaces and their addresses.",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_show,
};

/* ---- up, down, rename, delete ---- */

static int set_up(const void *global, void *args, const char *name, bool up, struct err *e)
{
	const struct link_args *a = args;
	autonl *nl = NULL;
	struct link l;
	int r = target_open_link(global, &a->target, name, &nl, &l, e);

	return r < 0 ? r : link_set_up(nl, l.index, up, e);
}

static int run_up(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	return set_up(global, args, argv[0], true, e);
}

static int run_down(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	return set_up(global, args, argv[0], false, e);
}

static int run_rename(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct link_args *a = args;
	autonl *nl = NULL;
	struct link l;
	int r = ifname_check(argv[1], "new name", e);

	if (r == 0)
		r = target_open_link(global, &a->target, argv[0], &nl, &l, e);
	return r < 0 ? r : link_rename(nl, l.index, argv[1], e);
}

static int run_delete(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	return remove_link(global, args, NULL, argv[0], e);
}

const struct command cmd_link_up = {
	.name = "link up",
	.synopsis = "INTERFACE",
	.about = "Bring an interface up.",
	.opts = link_opts,
	.args_size = sizeof(struct link_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_up,
};

const struct command cmd_link_down = {
	.name = "link down",
	.synopsis = "INTERFACE",
	.about = "Take an interface down.",
	.opts = link_opts,
	.args_size = sizeof(struct link_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_down,
};

const struct command cmd_link_rename = {
	.name = "link rename",
	.synopsis = "INTERFACE NAME",
	.about = "Give an interface another name, up or down.",
	.opts = link_opts,
	.args_size = sizeof(struct link_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_rename,
};

const struct command cmd_link_delete = {
	.name = "link delete",
	.synopsis = "INTERFACE",
	.about = "Delete an interface of any kind.",
	.opts = remove_opts,
	.args_size = sizeof(struct remove_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_delete,
};

/* ---- move ---- */

struct move_args {
	struct target target;
	char *name;
	char *from;
	bool up;
};

static const struct opt move_opts[] = {
	O_STRING_("from", 'f', struct move_args, from, "PATH",
		  "where it is now, as --netns says it; without, in the caller's"),
	O_STRING_("name", 0, struct move_args, name, "NAME", "what it is called there"),
	O_FLAG_("up", 'u', struct move_args, up, "bring it up there"),
	O_TARGET_(struct move_args, target),
	{ 0 },
};

/* Without any, to where the caller is. */
static int open_destination(const struct globals *g, const struct move_args *a, int *out,
			    struct err *e)
{
	int r = target_open(g, &a->target, out, e);

	if (r < 0 || *out >= 0)
		return r;
	if (!a->from)
		return err_msg(e, EINVAL, "one of --netns, --pid and --container has to be given");
	r = netns_open_self(e);
	if (r < 0)
		return r;
	*out = r;
	return 0;
}

static int bring_up(int netns, const char *name, struct err *e)
{
	autonl *nl = NULL;
	struct link l;
	int r = nl_open_in(netns, &nl, e);

	if (r == 0)
		r = link_get(nl, name, &l, e);
	return r < 0 ? r : link_set_up(nl, l.index, true, e);
}

static int run_move(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct move_args *a = args;
	const struct target from = { .netns = a->from };
	autofd int to = -1;
	autonl *nl = NULL;
	struct link l;
	int r = open_destination(global, a, &to, e);

	if (r == 0)
		r = target_open_link(global, &from, argv[0], &nl, &l, e);
	if (r == 0)
		r = link_move(nl, l.index, to, a->name, e);
	if (r == 0 && a->up)
		r = bring_up(to, a->name ?: argv[0], e);
	return r;
}

const struct command cmd_link_move = {
	.name = "link move",
	.synopsis = "INTERFACE",
	.about = "Move an interface to another network namespace.",
	.opts = move_opts,
	.args_size = sizeof(struct move_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_move,
};
