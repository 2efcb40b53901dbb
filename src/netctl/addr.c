/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/view.h"
#include "netctl/target.h"

#include <errno.h>

struct addr_args {
	struct target target;
	bool replace;
};

static const struct opt addr_opts[] = {
	O_TARGET_(struct addr_args, target),
	{ 0 },
};

static const struct opt add_opts[] = {
	O_FLAG_("replace", 0, struct addr_args, replace, "be content with one that is there"),
	O_TARGET_(struct addr_args, target),
	{ 0 },
};

/* ---- show ---- */

static bool is_shown(const struct link *only, const struct addr *a)
{
	return !only || only->index == a->index;
}

static int print_objects(const struct view *v, const struct link *only, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	json_out_array(o);
	for (size_t i = 0; i < v->n_addrs; i++)
		if (is_shown(only, &v->addrs[i]))
			view_encode_addr(v, &v->addrs[i], o);
	json_out_end(o);
	return print_json(o, e);
}

static void print_text(const struct view *v, const struct link *only)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < v->n_addrs; i++)
		if (is_shown(only, &v->addrs[i]))
			printf("%-15s %s\n", view_name(v, v->addrs[i].index),
			       ip_format(&v->addrs[i].ip, text));
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	return view_show(global, args, argv[0], print_objects, print_text, e);
}

const struct command cmd_addr_show = {
	.name = "addr show",
	.synopsis = "[INTERFACE]",
	.about = "Show the addresses of interfaces.",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_show,
};

/* ---- add, del, flush ---- */

static int parse(const char *text, struct ip *ip, struct err *e)
{
	int r = ip_parse(text, "address", ip, e);

	if (r == 0 && !strchr(text, '/'))
		return err_msg(e, EINVAL, "address \"%s\": needs a prefix length", text);
	return r;
}

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct addr_args *a = args;
	const struct addr_options o = { .replace = a->replace };
	autonl *nl = NULL;
	struct link l;
	struct ip ip;
	int r = parse(argv[1], &ip, e);

	if (r == 0)
		r = target_open_link(global, &a->target, argv[0], &nl, &l, e);
	if (r == 0)
		r = addr_add(nl, l.index, &ip, &o, e);
	return r;
}

static int run_del(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct addr_args *a = args;
	autonl *nl = NULL;
	struct link l;
	struct ip ip;
	int r = parse(argv[1], &ip, e);

	if (r == 0)
		r = target_open_link(global, &a->target, argv[0], &nl, &l, e);
	return r < 0 ? r : addr_del(nl, l.index, &ip, e);
}

static int run_flush(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct addr_args *a = args;
	autonl *nl = NULL;
	struct link l;
	int r = target_open_link(global, &a->target, argv[0], &nl, &l, e);

	return r < 0 ? r : addr_flush(nl, l.index, 0, e);
}

const struct command cmd_addr_add = {
	.name = "addr add",
	.synopsis = "INTERFACE IP/PREFIX",
	.about = "Give an interface an address.",
	.opts = add_opts,
	.args_size = sizeof(struct addr_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_add,
};

const struct command cmd_addr_del = {
	.name = "addr del",
	.synopsis = "INTERFACE IP/PREFIX",
	.about = "Take an address from an interface.",
	.opts = addr_opts,
	.args_size = sizeof(struct addr_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_del,
};

const struct command cmd_addr_flush = {
	.name = "addr flush",
	.synopsis = "INTERFACE",
	.about = "Take all addresses but IPv6 link-local ones from an interface.",
	.opts = addr_opts,
	.args_size = sizeof(struct addr_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_flush,
};
