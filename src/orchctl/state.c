/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/state.h"

#include "core/file.h"
#include "core/json.h"
#include "core/log.h"
#include "orch/state/apply.h"
#include "orch/state/current.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

int state_read(const char *path, struct str *text, struct err *e)
{
	const struct json *root = NULL;
	autojson *doc = NULL;
	struct stat st;
	int r = 0;

	/* Messages may come by a pipe, and go on for ever. */
	if (str_eq(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, text, e);
	if (r < 0)
		return r;
	if (json_parse(text->p ?: "", text->len, &doc, NULL) < 0)
		return 0;
	root = json_root(doc);
	return json_get(root, "plugins") && !json_get(root, "action");
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
	.about = "Return to the containers before the last state document.",
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

static void print_state(const struct document *d, bool alone)
{
	autojsonout *o = json_out_new(NULL);

	if (!alone) {
		json_out_object(o);
		json_out_name(o, "plugins");
		json_out_object(o);
		json_out_name(o, "lxc");
	}
	encode_lxc(d, o);
	if (!alone) {
		json_out_end(o);
		json_out_end(o);
	}
	puts(json_out_text(o, NULL));
}

static int run_query(const void *global, void *args, int argc _unused_, char **argv _unused_,
		     struct err *e)
{
	const struct query_args *a = args;
	struct document d = { 0 };
	autoorch o = { 0 };
	int r = 0;

	if (a->plugin && !str_eq(a->plugin, "lxc"))
		return err_msg(e, EINVAL, "plugin %s: only lxc can be asked", a->plugin);
	r = globals_orch(global, &o, e);
	if (r == 0)
		r = current_load(&o, &d, e);
	if (r == 0)
		print_state(&d, a->plugin);
	document_done(&d);
	return r;
}

const struct command cmd_query = {
	.name = "query",
	.about = "Print the containers that came of state documents.",
	.opts = query_opts,
	.args_size = sizeof(struct query_args),
	.run = run_query,
};
