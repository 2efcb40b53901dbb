/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "net/lock.h"
#include "net/plan_apply.h"
#include "netctl/netctl.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DOCUMENT_MAX (1u << 20)

struct apply_args {
	bool dry_run, json;
	char *db;
};

/* clang-format off */
#define O_COMMON_                                                                                  \
	O_STRING_("db", 0, struct apply_args, db, "SOCKET", "the socket of Open vSwitch's database"), \
	O_FLAG_("json", 'j', struct apply_args, json, "print JSON")
/* clang-format on */

static const struct opt apply_opts[] = {
	O_COMMON_,
	O_FLAG_("dry-run", 0, struct apply_args, dry_run, "only say what would be done"),
	{ 0 },
};

static const struct opt diff_opts[] = {
	O_COMMON_,
	{ 0 },
};

/* ---- reading ---- */

static int read_text(const char *path, struct str *out, struct err *e)
{
	int r;

	if (str_eq(path, "-")) {
		r = fd_read_all(STDIN_FILENO, DOCUMENT_MAX, out, e);
		return r < 0 ? err_wrap(e, "standard input: ") : r;
	}
	return file_read(AT_FDCWD, path, DOCUMENT_MAX, out, e);
}

static int read_document(const char *path, struct desired *out, struct err *e)
{
	autostr text = { 0 };
	int r = read_text(path, &text, e);

	if (r < 0)
		return r;
	r = desired_parse(text.p ? text.p : "", text.len, out, e);
	return r < 0 ? err_wrap(e, "%s: ", path) : 0;
}

/* What the commands work with. */
struct work {
	struct plan_host host;
	struct desired desired;
	struct observed observed;
	struct plan plan;
};

static void work_done(struct work *w)
{
	plan_done(&w->plan);
	observed_done(&w->observed);
	desired_done(&w->desired);
}

static int prepare(const struct globals *g, const struct apply_args *a, const char *path,
		   struct work *w, struct err *e)
{
	int r;

	w->host = (struct plan_host){
		.state_dir = g->state_dir,
		.ovs = { .db = a->db, .timeout_ms = OVS_TIMEOUT_DEFAULT_MS },
	};
	r = read_document(path, &w->desired, e);
	if (r == 0)
		r = plan_observe(&w->host, &w->desired, &w->observed, e);
	return r < 0 ? r : plan_make(&w->desired, &w->observed, &w->plan, e);
}

/* ---- printing ---- */

static void encode_changes(const struct plan *p, size_t of, struct json_out *o)
{
	json_out_array(o);
	for (size_t i = 0; i < p->n; i++) {
		autostr text = { 0 };

		if (p->ops[i].of != of || p->ops[i].restores)
			continue;
		plan_describe(&p->ops[i], &text);
		json_out_string(o, text.p);
	}
	json_out_end(o);
}

static void encode_action(const struct work *w, size_t of, struct json_out *o)
{
	bool changes = plan_changes(&w->plan, of);

	json_out_object(o);
	json_out_name(o, plan_creates(&w->plan, of) ? "Create" : changes ? "Modify" : "NoOp");
	json_out_object(o);
	json_out_name(o, "resource");
	json_out_string(o, w->desired.interfaces[of].name);
	if (changes) {
		json_out_name(o, "changes");
		encode_changes(&w->plan, of, o);
	}
	json_out_end(o);
	json_out_end(o);
}

/* op-dbus's form: an array of plugins with their actions. */
static int print_actions(const struct work *w, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	json_out_array(o);
	json_out_object(o);
	json_out_name(o, "plugin");
	json_out_string(o, "net");
	json_out_name(o, "actions");
	json_out_array(o);
	for (size_t i = 0; i < w->desired.n_interfaces; i++)
		encode_action(w, i, o);
	json_out_end(o);
	json_out_end(o);
	json_out_end(o);
	return print_json(o, e);
}

static void print_line(const struct plan_op *op)
{
	autostr text = { 0 };

	if (op->restores)
		return;
	plan_describe(op, &text);
	puts(text.p);
}

static int print_plan(const struct work *w, bool json, struct err *e)
{
	if (json)
		return print_actions(w, e);
	for (size_t i = 0; i < w->plan.n; i++)
		print_line(&w->plan.ops[i]);
	return finish_output(e);
}

/* ---- the commands ---- */

static int run_diff(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	_cleanup_(work_done) struct work w = { 0 };
	const struct globals *g = global;
	const struct apply_args *a = args;
	int r = prepare(g, a, argv[0], &w, e);

	return r < 0 ? r : print_plan(&w, g->json || a->json, e);
}

static int run_apply(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	_cleanup_(work_done) struct work w = { 0 };
	const struct globals *g = global;
	const struct apply_args *a = args;
	autofd int lock = -1;
	int r;

	if (a->dry_run)
		return run_diff(global, args, argc, argv, e);
	lock = net_lock(g->state_dir, "apply", e);
	if (lock < 0)
		return lock;
	r = prepare(g, a, argv[0], &w, e);
	if (r == 0)
		r = plan_run(&w.host, &w.plan, e);
	return r < 0 ? r : print_plan(&w, g->json || a->json, e);
}

const struct command cmd_apply = {
	.name = "apply",
	.synopsis = "FILE",
	.about = "Make this host's interfaces as a document says.",
	.opts = apply_opts,
	.args_size = sizeof(struct apply_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_apply,
};

const struct command cmd_diff = {
	.name = "diff",
	.synopsis = "FILE",
	.about = "Say what apply would do.",
	.opts = diff_opts,
	.args_size = sizeof(struct apply_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_diff,
};
