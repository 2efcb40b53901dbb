/* SPDX-License-Identifier: Apache-2.0 */
#include "net/route.h"

#include "netctl/target.h"
#include "netctl/view.h"

#include <errno.h>

static const struct name protocol_names[] = {
	{ "kernel", RTPROT_KERNEL }, { "boot", RTPROT_BOOT }, { "static", RTPROT_STATIC },
	{ "ra", RTPROT_RA },	     { "dhcp", RTPROT_DHCP }, { NULL, 0 },
};

static const struct name type_names[] = {
	{ "unicast", RTN_UNICAST },
	{ "local", RTN_LOCAL },
	{ "broadcast", RTN_BROADCAST },
	{ "multicast", RTN_MULTICAST },
	{ "anycast", RTN_ANYCAST },
	{ "blackhole", RTN_BLACKHOLE },
	{ "unreachable", RTN_UNREACHABLE },
	{ "prohibit", RTN_PROHIBIT },
	{ NULL, 0 },
};

/* ---- show ---- */

struct table_args {
	struct show_args show;
	int64_t table;
};

static const struct opt table_opts[] = {
	O_INT_("table", 't', struct table_args, table, "N", "of this table, not of the main one"),
	O_SHOW_(struct table_args, show),
	{ 0 },
};

static const char *destination(const struct route *r, char out[IP_TEXT_MAX])
{
	return r->dst.prefix == 0 ? "default" : ip_format(&r->dst, out);
}

static void print_route(const struct view *v, const struct route *r)
{
	const char *type = names_get(type_names, r->type), *by;
	char text[IP_TEXT_MAX];

	printf("%-20s", destination(r, text));
	if (type && r->type != RTN_UNICAST)
		printf(" %s", type);
	if (ip_is_set(&r->gateway))
		printf(" via %s", ip_format_address(&r->gateway, text));
	if (r->index)
		printf(" dev %s", view_name(v, r->index));
	if (ip_is_set(&r->source))
		printf(" from %s", ip_format_address(&r->source, text));
	if (r->metric)
		printf(" metric %u", r->metric);
	if (r->mtu)
		printf(" mtu %u", r->mtu);
	by = names_get(protocol_names, r->protocol);
	if (by)
		printf(" by %s", by);
	puts(r->on_link ? " on-link" : "");
}

static void text_member(struct json_out *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	json_out_name(o, name);
	json_out_string(o, value);
}

static void number_member(struct json_out *o, const char *name, uint32_t value)
{
	if (!value)
		return;
	json_out_name(o, name);
	json_out_u64(o, value);
}

static void encode_route(const struct view *v, const struct route *r, struct json_out *o)
{
	char text[IP_TEXT_MAX];

	json_out_object(o);
	text_member(o, "destination", destination(r, text));
	text_member(o, "family", r->dst.family == AF_INET ? "ipv4" : "ipv6");
	text_member(o, "type", names_get(type_names, r->type));
	text_member(o, "gateway", ip_format_address(&r->gateway, text));
	text_member(o, "interface", r->index ? view_name(v, r->index) : NULL);
	text_member(o, "source", ip_format_address(&r->source, text));
	number_member(o, "metric", r->metric);
	number_member(o, "mtu", r->mtu);
	number_member(o, "table", r->table);
	text_member(o, "protocol", names_get(protocol_names, r->protocol));
	if (r->on_link) {
		json_out_name(o, "on_link");
		json_out_bool(o, true);
	}
	json_out_end(o);
}

static int print_objects(const struct view *v, const struct route *routes, size_t n, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	json_out_array(o);
	for (size_t i = 0; i < n; i++)
		encode_route(v, &routes[i], o);
	json_out_end(o);
	return print_json(o, e);
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	_cleanup_(view_done) struct view v = { 0 };
	struct route_filter f = { .table = RT_TABLE_MAIN };
	autofree struct route *routes = NULL;
	const struct globals *g = global;
	const struct table_args *a = args;
	const struct link *only;
	autonl *nl = NULL;
	size_t n;
	int r;

	if (a->table < 0 || a->table > UINT32_MAX)
		return err_msg(e, EINVAL, "--table: has to be from 1 to %u", UINT32_MAX);
	if (a->table)
		f.table = (uint32_t)a->table;
	r = view_open(g, &a->show, NULL, &nl, &v, &only, e);
	if (r == 0)
		r = route_list(nl, &f, &routes, &n, e);
	if (r < 0)
		return r;
	if (g->json || a->show.json)
		return print_objects(&v, routes, n, e);
	for (size_t i = 0; i < n; i++)
		print_route(&v, &routes[i]);
	return finish_output(e);
}

const struct command cmd_route_show = {
	.name = "route show",
	.synopsis = "",
	.about = "Show the routes.",
	.opts = table_opts,
	.args_size = sizeof(struct table_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_show,
};

/* ---- add, del ---- */

struct route_args {
	struct target target;
	char *gateway, *interface, *source;
	int64_t metric, table, mtu;
	bool on_link, replace;
};

/* clang-format off */
#define O_ROUTE_                                                                                   \
	O_STRING_("gateway", 'g', struct route_args, gateway, "IP", "through this host"),           \
	O_STRING_("interface", 'i', struct route_args, interface, "INTERFACE", "through it"),       \
	O_INT_("metric", 'm', struct route_args, metric, "N", "the smaller, the sooner it is taken"), \
	O_INT_("table", 't', struct route_args, table, "N", "in this table, not in the main one")
/* clang-format on */

static const struct opt add_opts[] = {
	O_ROUTE_,
	O_INT_("mtu", 0, struct route_args, mtu, "BYTES", "the largest packet to send through it"),
	O_FLAG_("on-link", 0, struct route_args, on_link,
		"the gateway is on the link, though in no subnet of it"),
	O_FLAG_("replace", 0, struct route_args, replace, "in place of one with the same metric"),
	O_STRING_("source", 0, struct route_args, source, "IP", "the address to send from"),
	O_TARGET_(struct route_args, target),
	{ 0 },
};

static const struct opt del_opts[] = {
	O_ROUTE_,
	O_TARGET_(struct route_args, target),
	{ 0 },
};

static int read_number(int64_t given, const char *what, uint32_t *out, struct err *e)
{
	if (given < 0 || given > UINT32_MAX)
		return err_msg(e, EINVAL, "--%s: has to be from 0 to %u", what, UINT32_MAX);
	*out = (uint32_t)given;
	return 0;
}

/* "default" has the family of its gateway, else IPv4. */
static int read_destination(const char *text, struct route *r, struct err *e)
{
	int ret;

	if (str_eq(text, "default")) {
		r->dst = (struct ip){ .family = ip_is_set(&r->gateway) ? r->gateway.family :
									 AF_INET };
		return 0;
	}
	ret = ip_parse(text, "destination", &r->dst, e);
	if (ret == 0)
		r->dst = ip_network(&r->dst);
	return ret;
}

static int read_route(const struct route_args *a, const char *dst, struct route *r, struct err *e)
{
	int ret = 0;

	if (a->gateway)
		ret = ip_parse_address(a->gateway, "gateway", &r->gateway, e);
	if (ret == 0 && a->source)
		ret = ip_parse_address(a->source, "source", &r->source, e);
	if (ret == 0)
		ret = read_destination(dst, r, e);
	if (ret == 0)
		ret = read_number(a->metric, "metric", &r->metric, e);
	if (ret == 0)
		ret = read_number(a->table, "table", &r->table, e);
	if (ret == 0)
		ret = read_number(a->mtu, "mtu", &r->mtu, e);
	r->on_link = a->on_link;
	return ret;
}

static int open_route(const void *global, const struct route_args *a, const char *dst,
		      struct nl **nl, struct route *r, struct err *e)
{
	struct link l = { 0 };
	int ret = read_route(a, dst, r, e);

	if (ret == 0)
		ret = target_open_nl(global, &a->target, nl, e);
	if (ret == 0 && a->interface)
		ret = link_get(*nl, a->interface, &l, e);
	r->index = l.index;
	return ret;
}

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct route_args *a = args;
	struct route route = { 0 };
	autonl *nl = NULL;
	int r;

	if (!a->gateway && !a->interface)
		return err_msg(e, EINVAL, "--gateway or --interface has to be given");
	r = open_route(global, a, argv[0], &nl, &route, e);
	return r < 0 ? r : route_add(nl, &route, a->replace ? ROUTE_REPLACE : ROUTE_ALONE, e);
}

static int run_del(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct route route = { 0 };
	autonl *nl = NULL;
	int r = open_route(global, args, argv[0], &nl, &route, e);

	return r < 0 ? r : route_del(nl, &route, e);
}

const struct command cmd_route_add = {
	.name = "route add",
	.synopsis = "SUBNET|default",
	.about = "Add a route.",
	.opts = add_opts,
	.args_size = sizeof(struct route_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add,
};

const struct command cmd_route_del = {
	.name = "route del",
	.synopsis = "SUBNET|default",
	.about = "Delete the first route that matches what is given.",
	.opts = del_opts,
	.args_size = sizeof(struct route_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_del,
};
