/* SPDX-License-Identifier: Apache-2.0 */
#include "net/portmap.h"

#include "netctl/netctl.h"

#include <errno.h>
#include <stdio.h>

struct add_args {
	char **to;
	bool masquerade;
};

static const struct opt add_opts[] = {
	O_STRV_("to", 't', struct add_args, to, "ADDRESS/PREFIX",
		"the container's address (repeatable: one of IPv4, one of IPv6)"),
	O_FLAG_("masquerade", 'm', struct add_args, masquerade,
		"what the container sends elsewhere gets the host's address"),
	{ 0 },
};

static int parse_targets(char *const *texts, struct ip *out, size_t *n, struct err *e)
{
	*n = strv_len(texts);
	if (*n == 0)
		return err_msg(e, EINVAL, "--to is missing: the container's address");
	for (size_t i = 0; i < *n; i++) {
		int r = ip_parse(texts[i], "--to", &out[i], e);

		if (r < 0)
			return r;
	}
	return 0;
}

/* A map without a host address is for every address family that the container has. */
static int add_maps(const char *text, const struct ip *to, size_t n_to, struct portmap *out,
		    size_t *n, struct err *e)
{
	struct portmap p;
	size_t before = *n;
	int r = portmap_parse(text, &p, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_to; i++) {
		if (ip_is_set(&p.host) && p.host.family != to[i].family)
			continue;
		p.to = to[i];
		out[(*n)++] = p;
	}
	if (*n == before)
		return err_msg(e, EINVAL,
			       "port map \"%s\": the container has no address of that family",
			       text);
	return 0;
}

static int run_add(const void *global, void *data, int argc, char **argv, struct err *e)
{
	struct add_args *args = data;
	autostrv char **texts = TAKE(args->to);
	size_t n_texts = strv_len(texts), n_to = 0;
	autofree struct ip *to = xcalloc(n_texts + 1, sizeof(*to));
	autofree struct portmap *maps = xcalloc((size_t)argc * (n_texts + 1), sizeof(*maps));
	struct nat nat = { .owner = argv[0], .ports = maps, .sources = to };
	int r = parse_targets(texts, to, &n_to, e);

	for (int i = 1; i < argc && r == 0; i++)
		r = add_maps(argv[i], to, n_to, maps, &nat.n_ports, e);
	if (r < 0)
		return r;
	if (args->masquerade)
		nat.n_sources = n_to;
	if (nat.n_ports == 0 && nat.n_sources == 0)
		return err_msg(e, EINVAL, "neither a port map nor --masquerade is given");
	return portmap_add(((const struct globals *)global)->state_dir, &nat, e);
}

const struct command cmd_portmap_add = {
	.name = "portmap add",
	.synopsis = "OWNER [[HOST:]PORT[-LAST]:PORT[-LAST][/PROTOCOL] ...]",
	.about = "Map ports of the host to a container.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_add,
	.flags = COMMAND_NEW_ID,
};

static int run_del(const void *global, void *data _unused_, int argc _unused_, char **argv,
		   struct err *e)
{
	int r = portmap_del(((const struct globals *)global)->state_dir, argv[0], e);

	return r < 0 ? r : 0;
}

static const struct opt no_opts[] = { { 0 } };

const struct command cmd_portmap_del = {
	.name = "portmap del",
	.synopsis = "OWNER",
	.about = "Remove all port maps and masquerade of a container.",
	.opts = no_opts,
	.min_args = 1,
	.max_args = 1,
	.run = run_del,
};

static void print_row(const struct portmap_row *row)
{
	autofree char *map = NULL;
	char text[IP_TEXT_MAX];

	(void)ip_format_address(&row->map.to, text);
	if (!row->map.protocol) {
		(void)printf("%-24s masquerade %s\n", row->owner, text);
		return;
	}
	map = portmap_format(&row->map);
	(void)printf("%-24s %s to %s\n", row->owner, map, text);
}

static void encode_row(const struct portmap_row *row, struct json_out *o)
{
	const struct portmap *m = &row->map;
	char text[IP_TEXT_MAX];

	json_out_object(o);
	json_out_name(o, "owner");
	json_out_string(o, row->owner);
	json_out_name(o, m->protocol ? "container_ip" : "masquerade");
	json_out_string(o, ip_format_address(&m->to, text));
	if (m->protocol) {
		json_out_name(o, "protocol");
		json_out_string(o, names_get(portmap_protocols, m->protocol));
		json_out_name(o, "host_ip");
		json_out_string(o, ip_format_address(&m->host, text));
		json_out_name(o, "host_port");
		json_out_u64(o, m->host_port);
		json_out_name(o, "container_port");
		json_out_u64(o, m->to_port);
		json_out_name(o, "range");
		json_out_u64(o, m->count);
	}
	json_out_end(o);
}

static int run_list(const void *global, void *data _unused_, int argc, char **argv, struct err *e)
{
	const struct globals *g = global;
	autofree struct portmap_row *rows = NULL;
	autojsonout *o = json_out_new("  ");
	size_t n = 0;
	int r = portmap_list(argc > 0 ? argv[0] : NULL, &rows, &n, e);

	if (r < 0)
		return r;
	json_out_array(o);
	for (size_t i = 0; i < n; i++) {
		if (g->json)
			encode_row(&rows[i], o);
		else
			print_row(&rows[i]);
	}
	json_out_end(o);
	return g->json ? print_json(o, e) : finish_output(e);
}

const struct command cmd_portmap_list = {
	.name = "portmap list",
	.synopsis = "[OWNER]",
	.about = "List port maps and masquerade.",
	.opts = no_opts,
	.max_args = 1,
	.run = run_list,
};
