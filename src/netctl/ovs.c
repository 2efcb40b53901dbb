/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/ovs.h"

#include "core/num.h"

#include <errno.h>

#define TIMEOUT_MAX_S 86400

int open_ovs(const struct ovs_args *args, struct ovs **out, struct err *e)
{
	struct ovs_options options = {
		.db = args->db,
		.timeout_ms = OVS_TIMEOUT_DEFAULT_MS,
		.no_wait = args->no_wait,
	};
	uint64_t seconds;
	int r;

	if (args->timeout) {
		r = num_parse_u64(args->timeout, TIMEOUT_MAX_S, "timeout", &seconds, e);
		if (r < 0)
			return r;
		options.timeout_ms = (int)seconds * 1000;
	}
	return ovs_open(&options, out, e);
}

/* ---- KEY=VALUE and N,N,... ---- */

/* The entries point into the options. */
static int parse_ids(char *const *given, struct strmap *out, struct err *e)
{
	out->v = xcalloc(strv_len(given) + 2, sizeof(*out->v));
	for (; given && *given; given++) {
		char *equals = strchr(*given, '=');

		if (!equals || equals == *given)
			return err_msg(e, EINVAL, "external-id \"%s\": has to be KEY=VALUE",
				       *given);
		out->v[out->n++] = (struct strmap_entry){
			.name = xstrndup(*given, (size_t)(equals - *given)),
			.value = xstrdup(equals + 1),
		};
	}
	return 0;
}

static void add_id(struct strmap *ids, const char *name, const char *value)
{
	if (value)
		ids->v[ids->n++] = (struct strmap_entry){ xstrdup(name), xstrdup(value) };
}

static int parse_trunks(const char *text, struct u32list *out, struct err *e)
{
	autostrv char **words = text ? strv_split(text, ',') : NULL;
	uint64_t vlan;
	int r;

	out->v = xcalloc(strv_len(words) + 1, sizeof(*out->v));
	for (size_t i = 0; words && words[i]; i++) {
		r = num_parse_u64(words[i], OVS_VLAN_MAX, "trunk", &vlan, e);
		if (r < 0)
			return r;
		out->v[out->n++] = (uint32_t)vlan;
	}
	return 0;
}

/* ---- bridges ---- */

struct bridge_args {
	struct ovs_args ovs;
	bool may_exist, if_exists;
	char *datapath_type;
	char **external_ids;
};

static const struct opt add_br_opts[] = {
	O_OVS_CHANGE_(struct bridge_args, ovs),
	O_FLAG_("may-exist", 0, struct bridge_args, may_exist, "be content with one that is there"),
	O_STRING_("datapath-type", 0, struct bridge_args, datapath_type, "TYPE",
		  "system (the default) or netdev"),
	O_STRV_("external-id", 0, struct bridge_args, external_ids, "KEY=VALUE",
		"note this with the bridge (repeatable)"),
	{ 0 },
};

static const struct opt del_br_opts[] = {
	O_OVS_CHANGE_(struct bridge_args, ovs),
	O_FLAG_("if-exists", 0, struct bridge_args, if_exists, "be content when there is none"),
	{ 0 },
};

static int run_add_br(const void *global _unused_, void *args, int argc _unused_, char **argv,
		      struct err *e)
{
	struct bridge_args *a = args;
	_unused_ autostrv char **owned = a->external_ids;
	_cleanup_(strmap_done) struct strmap ids = { 0 };
	const struct ovs_bridge_options options = {
		.may_exist = a->may_exist,
		.datapath_type = a->datapath_type,
		.external_ids = &ids,
	};
	autoovs *o = NULL;
	int r = parse_ids(a->external_ids, &ids, e);

	if (r == 0)
		r = open_ovs(&a->ovs, &o, e);
	if (r == 0)
		r = ovs_add_br(o, argv[0], &options, e);
	return MIN(r, 0);
}

static int run_del_br(const void *global _unused_, void *args, int argc _unused_, char **argv,
		      struct err *e)
{
	const struct bridge_args *a = args;
	autoovs *o = NULL;
	int r = open_ovs(&a->ovs, &o, e);

	if (r == 0)
		r = ovs_del_br(o, argv[0], a->if_exists, e);
	return MIN(r, 0);
}

const struct command cmd_ovs_add_br = {
	.name = "ovs add-br",
	.synopsis = "BRIDGE",
	.about = "Make a bridge.",
	.opts = add_br_opts,
	.args_size = sizeof(struct bridge_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add_br,
};

const struct command cmd_ovs_del_br = {
	.name = "ovs del-br",
	.synopsis = "BRIDGE",
	.about = "Remove a bridge and its ports.",
	.opts = del_br_opts,
	.args_size = sizeof(struct bridge_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_del_br,
};

/* ---- ports ---- */

struct port_args {
	struct ovs_args ovs;
	bool may_exist, if_exists, force, internal;
	char *tag, *trunks, *container;
	char **external_ids;
};

static const struct opt add_port_opts[] = {
	O_OVS_CHANGE_(struct port_args, ovs),
	O_FLAG_("may-exist", 0, struct port_args, may_exist,
		"be content with a port that is on the bridge, and change what is given here"),
	O_FLAG_("force", 0, struct port_args, force, "take the port from another bridge"),
	O_FLAG_("internal", 0, struct port_args, internal, "have the interface made"),
	O_STRING_("tag", 0, struct port_args, tag, "VLAN", "an access port of this VLAN"),
	O_STRING_("trunks", 0, struct port_args, trunks, "VLAN[,VLAN...]",
		  "a trunk port of these VLANs"),
	O_STRING_("container", 0, struct port_args, container, "ID",
		  "note the container that it is for"),
	O_STRV_("external-id", 0, struct port_args, external_ids, "KEY=VALUE",
		"note this with the port (repeatable)"),
	{ 0 },
};

static const struct opt del_port_opts[] = {
	O_OVS_CHANGE_(struct port_args, ovs),
	O_FLAG_("if-exists", 0, struct port_args, if_exists, "be content when there is none"),
	{ 0 },
};

static int parse_port(const struct port_args *a, struct ovs_port_options *out, struct strmap *ids,
		      struct err *e)
{
	int r = parse_ids(a->external_ids, ids, e);

	if (r == 0)
		r = parse_trunks(a->trunks, &out->trunks, e);
	if (r == 0 && a->tag)
		r = num_parse_u64(a->tag, OVS_VLAN_MAX, "tag", &out->tag.value, e);
	if (r < 0)
		return r;
	add_id(ids, OVS_CONTAINER_ID, a->container);
	out->tag.is_set = a->tag != NULL;
	out->external_ids = ids;
	return 0;
}

static int run_add_port(const void *global _unused_, void *args, int argc _unused_, char **argv,
			struct err *e)
{
	struct port_args *a = args;
	_unused_ autostrv char **owned = a->external_ids;
	_cleanup_(strmap_done) struct strmap ids = { 0 };
	struct ovs_port_options options = {
		.may_exist = a->may_exist,
		.force = a->force,
		.internal = a->internal,
	};
	autofree uint32_t *trunks = NULL;
	autoovs *o = NULL;
	int r = parse_port(a, &options, &ids, e);

	trunks = options.trunks.v;
	if (r == 0)
		r = open_ovs(&a->ovs, &o, e);
	if (r == 0)
		r = ovs_add_port(o, argv[0], argv[1], &options, e);
	return MIN(r, 0);
}

static int run_del_port(const void *global _unused_, void *args, int argc, char **argv,
			struct err *e)
{
	const struct port_args *a = args;
	autoovs *o = NULL;
	int r = open_ovs(&a->ovs, &o, e);

	if (r == 0)
		r = ovs_del_port(o, argc > 1 ? argv[0] : NULL, argv[argc - 1], a->if_exists, e);
	return MIN(r, 0);
}

const struct command cmd_ovs_add_port = {
	.name = "ovs add-port",
	.synopsis = "BRIDGE PORT",
	.about = "Make an interface a port of a bridge.",
	.opts = add_port_opts,
	.args_size = sizeof(struct port_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_add_port,
};

const struct command cmd_ovs_del_port = {
	.name = "ovs del-port",
	.synopsis = "[BRIDGE] PORT",
	.about = "Remove a port from its bridge.",
	.opts = del_port_opts,
	.args_size = sizeof(struct port_args),
	.min_args = 1,
	.max_args = 2,
	.run = run_del_port,
};
