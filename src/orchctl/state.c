/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/state.h"

#include "core/file.h"
#include "core/json.h"
#include "core/log.h"
#include "orch/state/apply.h"
#include "orch/state/current.h"
#include "orch/state/shown.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

bool state_is_document(const char *text, size_t len)
{
	const struct json *root = NULL;
	autojson *doc = NULL;

	if (json_parse(text, len, &doc, NULL) < 0)
		return false;
	root = json_root(doc);
	return json_get(root, "plugins") && !json_get(root, "action");
}

int state_read(const char *path, struct str *text, struct err *e)
{
	struct stat st;
	int r = 0;

	/* Messages may come by a pipe, and go on for ever. */
	if (str_eq(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, text, e);
	return r < 0 ? r : state_is_document(text->p ?: "", text->len);
}

static void tell(void *data _unused_, const char *line, bool failed)
{
	if (failed)
		log_error("%s", line);
	else
		printf("%s\n", line);
	(void)fflush(stdout); /* what fails here fails again at the end */
}

static struct state_options options_of(const struct state_args *a)
{
	return (struct state_options){ .prune = a->prune,
				       .netmaker_env = a->netmaker_env ?: ORCH_NETMAKER_ENV,
				       .tell = tell };
}

static int print_diff(const struct orch *o, const struct state_options *options,
		      const struct str *text, struct err *e)
{
	autostr out = { 0 };
	int r = state_diff(o, text->p, text->len, options, &out, e);

	if (r == 0)
		puts(out.p);
	return r;
}

int state_run(const struct orch *o, const struct state_args *a, const struct str *text,
	      struct err *e)
{
	const struct state_options options = options_of(a);

	if (a->dry_run)
		return print_diff(o, &options, text, e);
	return state_apply(o, text->p, text->len, &options, e);
}

/* ---- diff ---- */

static const struct opt diff_opts[] = {
	O_PRUNE_(struct state_args, prune),
	{ 0 },
};

static int run_diff(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct state_args *a = args;
	autostr text = { 0 };
	autoorch o = { 0 };
	int r = file_read(AT_FDCWD, argv[0], JSON_SIZE_MAX, &text, e);

	a->dry_run = true;
	if (r == 0)
		r = globals_orch(global, &o, e);
	return r < 0 ? r : state_run(&o, a, &text, e);
}

const struct command cmd_diff = {
	.name = "diff",
	.synopsis = "FILE",
	.about = "Say what applying a state document would do.",
	.opts = diff_opts,
	.args_size = sizeof(struct state_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_diff,
};

/* ---- rollback ---- */

static const struct opt rollback_opts[] = {
	O_NETMAKER_ENV_(struct state_args, netmaker_env),
	{ 0 },
};

static int run_rollback(const void *global, void *args, int argc _unused_, char **argv _unused_,
			struct err *e)
{
	const struct state_options options = options_of(args);
	autoorch o = { 0 };
	int r = globals_orch(global, &o, e);

	return r < 0 ? r : state_rollback(&o, &options, e);
}

const struct command cmd_rollback = {
	.name = "rollback",
	.about = "Return to what was before the last state document.",
	.opts = rollback_opts,
	.args_size = sizeof(struct state_args),
	.run = run_rollback,
};

/* ---- query ---- */

struct query_args {
	char *plugin;
};

static const struct opt query_opts[] = {
	O_STRING_("plugin", 'p', struct query_args, plugin, "NAME",
		  "print only this plugin's state"),
	{ 0 },
};

/* Without properties, as op-dbus has it. */
static void encode_lxc(const struct document *d, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "containers");
	json_out_array(o);
	for (size_t i = 0; i < d->n; i++) {
		const struct document_container *c = &d->containers[i];
		const char *const texts[][2] = { { "id", c->id },
						 { "veth", c->veth },
						 { "bridge", c->bridge } };

		json_out_object(o);
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			if (!texts[k][1])
				continue;
			json_out_name(o, texts[k][0]);
			json_out_string(o, texts[k][1]);
		}
		json_out_name(o, "running");
		json_out_bool(o, c->running);
		json_out_end(o);
	}
	json_out_end(o);
	json_out_end(o);
}

static int query_lxc(const struct orch *o, struct json_out *out, struct err *e)
{
	struct document d = { 0 };
	int r = current_load(o, &d, e);

	if (r == 0)
		encode_lxc(&d, out);
	document_done(&d);
	return r;
}

static const struct plugin {
	const char *name;
	int (*encode)(const struct orch *o, struct json_out *out, struct err *e);
} plugins[] = {
	{ "lxc", query_lxc },
	{ "net", shown_encode },
};

/* @only: a row of plugins, or NULL for all */
static int print_state(const struct orch *orch, const struct plugin *only, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	int r = 0;

	if (!only) {
		json_out_object(o);
		json_out_name(o, "plugins");
		json_out_object(o);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(plugins); i++) {
		if (only && only != &plugins[i])
			continue;
		if (!only)
			json_out_name(o, plugins[i].name);
		r = plugins[i].encode(orch, o, e);
	}
	if (r < 0)
		return r;
	if (!only) {
		json_out_end(o);
		json_out_end(o);
	}
	puts(json_out_text(o, NULL));
	return 0;
}

static int run_query(const void *global, void *args, int argc _unused_, char **argv _unused_,
		     struct err *e)
{
	const struct query_args *a = args;
	const struct plugin *only = NULL;
	autoorch o = { 0 };
	int r = 0;

	for (size_t i = 0; a->plugin && i < ARRAY_SIZE(plugins); i++)
		if (str_eq(plugins[i].name, a->plugin))
			only = &plugins[i];
	if (a->plugin && !only)
		return err_msg(e, EINVAL, "plugin %s: only lxc and net can be asked", a->plugin);
	r = globals_orch(global, &o, e);
	return r < 0 ? r : print_state(&o, only, e);
}

const struct command cmd_query = {
	.name = "query",
	.about = "Print what state documents are about, as it is.",
	.opts = query_opts,
	.args_size = sizeof(struct query_args),
	.run = run_query,
};
