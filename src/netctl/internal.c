/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal.h"

#include "net/vnic.h"
#include "netctl/site.h"

#include <errno.h>

static void print_one(const struct internal_net *n)
{
	printf("%s: %s %s on %s, host %s, subnet %s\n", n->name, n->interface, n->address,
	       n->bridge, n->host_address, n->subnet);
}

/* ---- add ---- */

struct add_args {
	struct site_args site;
	char *pool;
	int64_t prefix;
	char *ifname;
	bool json;
};

static const struct opt add_opts[] = {
	O_SITE_(struct add_args, site),
	O_STRING_("pool", 0, struct add_args, pool, "SUBNET",
		  "where subnets are taken from (" INTERNAL_POOL ")"),
	O_INT_("prefix", 0, struct add_args, prefix, "N", "length of a subnet's prefix (28)"),
	O_STRING_("interface", 'i', struct add_args, ifname, "NAME",
		  "the container's end (" VNIC_NAME_INTERNAL ")"),
	O_FLAG_("json", 'j', struct add_args, json, "print JSON"),
	{ 0 },
};

static int run_add(const void *global, void *args, int argc _unused_, char **argv _unused_,
		   struct err *e)
{
	const struct globals *g = global;
	const struct add_args *a = args;
	_cleanup_(site_done) struct site s = SITE_NONE;
	_cleanup_(internal_done) struct internal_net n = { 0 };
	autojsonout *o = json_out_new("  ");
	struct internal_options options = {
		.state_dir = g->state_dir,
		.pool = a->pool,
		.prefix = (unsigned)a->prefix,
		.ifname = a->ifname,
	};
	int r;

	if (a->prefix < 0 || a->prefix > 32)
		return err_msg(e, EINVAL, "--prefix %lld: not 1 to 30", (long long)a->prefix);
	r = site_open(g, &a->site, &s, e);
	options.container = s.name;
	options.netns = s.netns;
	if (r == 0)
		r = internal_add(&options, &n, e);
	if (r < 0)
		return r;
	if (a->json || g->json) {
		record_encode(&internal_record, &n, o);
		return print_json(o, e);
	}
	print_one(&n);
	return finish_output(e);
}

const struct command cmd_internal_add = {
	.name = "internal add",
	.synopsis = "",
	.about = "Connect a container with its host, and nothing else.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_add,
};

/* ---- del ---- */

struct del_args {
	struct site_args site;
};

static const struct opt del_opts[] = {
	O_SITE_(struct del_args, site),
	{ 0 },
};

static int run_del(const void *global, void *args, int argc _unused_, char **argv _unused_,
		   struct err *e)
{
	const struct globals *g = global;
	const struct del_args *a = args;
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r = site_find_one(g, &a->site, &s, e);

	if (r > 0)
		r = internal_remove(g->state_dir, s.name, e);
	return r < 0 ? r : 0;
}

const struct command cmd_internal_del = {
	.name = "internal del",
	.synopsis = "",
	.about = "Take such a connection away.",
	.opts = del_opts,
	.args_size = sizeof(struct del_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_del,
};

/* ---- show ---- */

static int show_one(const struct internal_net *n, void *data, struct err *e _unused_)
{
	if (data)
		record_encode(&internal_record, n, data);
	else
		print_one(n);
	return 0;
}

static int show_named(const struct globals *g, const char *name, int argc _unused_,
		      char **argv _unused_, struct json_out *o, struct err *e)
{
	_cleanup_(internal_done) struct internal_net n = { 0 };
	int r = internal_get(g->state_dir, name, &n, e);

	if (r == 0)
		return err_msg(e, ENOENT, "container %s has no internal bridge", name);
	return r < 0 ? r : show_one(&n, o, e);
}

static int show_all(const struct globals *g, struct json_out *o, struct err *e)
{
	return internal_each(g->state_dir, show_one, o, e);
}

static int run_show(const void *global, void *args, int argc, char **argv, struct err *e)
{
	static const struct site_show how = { false, show_named, show_all };

	return site_show(global, args, &how, argc, argv, e);
}

const struct command cmd_internal_show = {
	.name = "internal show",
	.synopsis = "",
	.about = "Show internal bridges.",
	.opts = site_show_opts,
	.args_size = sizeof(struct site_show_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_show,
};
