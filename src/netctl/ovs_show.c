/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/ovs.h"

#include <ctype.h>
#include <errno.h>

struct read_args {
	struct ovs_args ovs;
};

static const struct opt read_opts[] = {
	O_OVS_READ_(struct read_args, ovs),
	{ 0 },
};

static int load(const struct read_args *args, struct ovs_config *out, struct err *e)
{
	autoovs *o = NULL;
	int r = open_ovs(&args->ovs, &o, e);

	return r < 0 ? r : ovs_load(o, out, e);
}

/* ---- lists of names ---- */

static int run_list_br(const void *global, void *args, int argc _unused_, char **argv _unused_,
		       struct err *e)
{
	const struct globals *g = global;
	autojsonout *o = json_out_new(NULL);
	autoovsconfig c = { 0 };
	int r = load(args, &c, e);

	if (r < 0)
		return r;
	json_out_array(o);
	for (size_t i = 0; i < c.n_bridges; i++) {
		json_out_string(o, c.bridges[i].name);
		if (!g->json)
			puts(c.bridges[i].name);
	}
	json_out_end(o);
	return g->json ? print_json(o, e) : finish_output(e);
}

/* Without the bridge's own. */
static int run_list_ports(const void *global, void *args, int argc _unused_, char **argv,
			  struct err *e)
{
	const struct globals *g = global;
	autojsonout *o = json_out_new(NULL);
	autoovsconfig c = { 0 };
	const struct ovs_bridge *b;
	int r = load(args, &c, e);

	if (r < 0)
		return r;
	b = ovs_find_bridge(&c, argv[0]);
	if (!b)
		return err_msg(e, ENOENT, "bridge %s: there is no such bridge", argv[0]);
	json_out_array(o);
	for (size_t i = 0; i < b->n_ports; i++) {
		if (str_eq(b->ports[i].name, b->name))
			continue;
		json_out_string(o, b->ports[i].name);
		if (!g->json)
			puts(b->ports[i].name);
	}
	json_out_end(o);
	return g->json ? print_json(o, e) : finish_output(e);
}

static int run_port_to_br(const void *global, void *args, int argc _unused_, char **argv,
			  struct err *e)
{
	const struct globals *g = global;
	const struct read_args *a = args;
	autojsonout *out = json_out_new(NULL);
	autofree char *bridge = NULL;
	autoovs *o = NULL;
	int r = open_ovs(&a->ovs, &o, e);

	if (r == 0)
		r = ovs_port_to_br(o, argv[0], &bridge, e);
	if (r < 0)
		return r;
	if (r == 0)
		return err_msg(e, ENOENT, "port %s: there is no such port", argv[0]);
	json_out_string(out, bridge);
	if (g->json)
		return print_json(out, e);
	puts(bridge);
	return finish_output(e);
}

const struct command cmd_ovs_list_br = {
	.name = "ovs list-br",
	.synopsis = "",
	.about = "Print the names of the bridges.",
	.opts = read_opts,
	.args_size = sizeof(struct read_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_list_br,
};

const struct command cmd_ovs_list_ports = {
	.name = "ovs list-ports",
	.synopsis = "BRIDGE",
	.about = "Print the names of a bridge's ports.",
	.opts = read_opts,
	.args_size = sizeof(struct read_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_list_ports,
};

const struct command cmd_ovs_port_to_br = {
	.name = "ovs port-to-br",
	.synopsis = "PORT",
	.about = "Print the name of the bridge that a port is on.",
	.opts = read_opts,
	.args_size = sizeof(struct read_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_port_to_br,
};

/* ---- show, for people: as ovs-vsctl prints it ---- */

/* A text as OVSDB's tools write it: in quotes, unless it is a word that reads as nothing else. */
static void print_text(const char *label, const char *text)
{
	autojsonout *o = json_out_new(NULL);
	bool is_word = isalpha((unsigned char)*text) || *text == '_';

	for (const char *c = text; *c; c++)
		is_word = is_word && (isalnum((unsigned char)*c) || strchr("_-.", *c));
	if (str_eq(text, "true") || str_eq(text, "false"))
		is_word = false;
	json_out_string(o, text);
	printf("%s%s\n", label, is_word ? text : json_out_text(o, NULL));
}

static void print_port(const struct ovs_port *p)
{
	print_text("        Port ", p->name);
	if (p->tag.is_set)
		printf("            tag: %llu\n", (unsigned long long)p->tag.value);
	for (size_t i = 0; i < p->trunks.n; i++)
		printf("%s%u%s", i ? ", " : "            trunks: [", p->trunks.v[i],
		       i + 1 < p->trunks.n ? "" : "]\n");
	for (size_t i = 0; i < p->n_interfaces; i++) {
		const struct ovs_interface *f = &p->interfaces[i];

		print_text("            Interface ", f->name);
		if (*f->type)
			print_text("                type: ", f->type);
		if (f->error)
			print_text("                error: ", f->error);
	}
}

static void print_config(const struct ovs_config *c)
{
	if (c->uuid)
		puts(c->uuid);
	for (size_t i = 0; i < c->n_bridges; i++) {
		print_text("    Bridge ", c->bridges[i].name);
		if (*c->bridges[i].datapath_type)
			print_text("        datapath_type: ", c->bridges[i].datapath_type);
		for (size_t j = 0; j < c->bridges[i].n_ports; j++)
			print_port(&c->bridges[i].ports[j]);
	}
	if (c->version)
		print_text("    ovs_version: ", c->version);
}

/* ---- show, for programs ---- */

static void put_text(struct json_out *o, const char *name, const char *text)
{
	json_out_name(o, name);
	if (text)
		json_out_string(o, text);
	else
		json_out_null(o);
}

static void put_ids(struct json_out *o, const struct strmap *ids)
{
	json_out_name(o, "external_ids");
	json_out_object(o);
	for (size_t i = 0; i < ids->n; i++)
		put_text(o, ids->v[i].name, ids->v[i].value);
	json_out_end(o);
}

static void put_interface(struct json_out *o, const struct ovs_interface *f)
{
	json_out_object(o);
	put_text(o, "name", f->name);
	put_text(o, "type", f->type);
	json_out_name(o, "ofport");
	if (f->ofport.is_set)
		json_out_i64(o, f->ofport.value);
	else
		json_out_null(o);
	put_text(o, "error", f->error);
	json_out_end(o);
}

static void put_port(struct json_out *o, const struct ovs_port *p)
{
	json_out_object(o);
	put_text(o, "name", p->name);
	put_text(o, "type", p->type);
	json_out_name(o, "tag");
	if (p->tag.is_set)
		json_out_u64(o, p->tag.value);
	else
		json_out_null(o);
	json_out_name(o, "trunks");
	json_out_array(o);
	for (size_t i = 0; i < p->trunks.n; i++)
		json_out_u64(o, p->trunks.v[i]);
	json_out_end(o);
	put_ids(o, &p->external_ids);
	json_out_name(o, "interfaces");
	json_out_array(o);
	for (size_t i = 0; i < p->n_interfaces; i++)
		put_interface(o, &p->interfaces[i]);
	json_out_end(o);
	json_out_end(o);
}

static void put_config(struct json_out *o, const struct ovs_config *c)
{
	json_out_object(o);
	json_out_name(o, "bridges");
	json_out_array(o);
	for (size_t i = 0; i < c->n_bridges; i++) {
		const struct ovs_bridge *b = &c->bridges[i];

		json_out_object(o);
		put_text(o, "name", b->name);
		put_text(o, "datapath_type", b->datapath_type);
		put_ids(o, &b->external_ids);
		json_out_name(o, "ports");
		json_out_array(o);
		for (size_t j = 0; j < b->n_ports; j++)
			put_port(o, &b->ports[j]);
		json_out_end(o);
		json_out_end(o);
	}
	json_out_end(o);
	put_text(o, "ovs_version", c->version);
	json_out_end(o);
}

static int run_show(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	const struct globals *g = global;
	autojsonout *o = json_out_new(NULL);
	autoovsconfig c = { 0 };
	int r = load(args, &c, e);

	if (r < 0)
		return r;
	if (g->json) {
		put_config(o, &c);
		return print_json(o, e);
	}
	print_config(&c);
	return finish_output(e);
}

const struct command cmd_ovs_show = {
	.name = "ovs show",
	.synopsis = "",
	.about = "Print the bridges and their ports.",
	.opts = read_opts,
	.args_size = sizeof(struct read_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_show,
};
