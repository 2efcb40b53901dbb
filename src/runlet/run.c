/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/create_args.h"
#include "runlet/stay.h"

#include "core/log.h"
#include "engine/notify.h"
#include "engine/init/sync.h"
#include "engine/start.h"

#include <errno.h>
#include <sys/prctl.h>

struct run_args {
	struct create_args create;
	char *args;
	bool keep, no_subreaper;
};

static const struct opt run_opts[] = {
	CREATE_OPTS(struct run_args),
	O_FLAG_("detach", 'd', struct run_args, create.detach, "return once the container runs"),
	O_FLAG_("keep", 0, struct run_args, keep,
		"keep the container's state and cgroup when it has ended"),
	O_FLAG_("no-subreaper", 0, struct run_args, no_subreaper,
		"do not adopt the container's orphans"),
	O_STRING_("args", 0, struct run_args, args, "JSON",
		  "an array of strings to use in place of process.args"),
	{ 0 },
};

/* Thunder's `--args '["program", "p1"]' ID program`: the array is all of it. */
static int parse_args(const char *text, char ***out, struct err *e)
{
	autojson *doc = NULL;
	struct strv_builder b = { 0 };
	const struct json *j;
	int r;

	r = json_parse(text, strlen(text), &doc, e);
	if (r < 0)
		return err_wrap(e, "--args: ");
	j = json_root(doc);
	if (j->type != JSON_ARRAY || j->n == 0)
		return err_msg(e, EINVAL, "--args: must be an array of strings, not empty");
	for (size_t i = 0; i < j->n; i++)
		if (j->items[i].type != JSON_STRING)
			return err_msg(e, EINVAL, "--args: element %zu is no string", i);
	for (size_t i = 0; i < j->n; i++)
		strv_builder_add(&b, xstrdup(j->items[i].text));
	*out = strv_builder_take(&b);
	return 0;
}

/* The container runs, whatever becomes of this. */
static void wait_until_ready(struct created *c, const struct notify *n)
{
	struct err e = { 0 };

	container_unlock(c->container);
	if (n->listener >= 0 && notify_wait(n, c->pidfd, (pid_t)c->container->state.pid, &e) < 0)
		log_warning("%s", e.text);
}

static int start(struct created *c, const struct create_options *o, struct notify *n, struct err *e)
{
	int r = notify_listen(n, c->container->dir, o->notify_socket, e);

	if (r == 0)
		r = container_start_over(c->container, c->sync, c->started, e);
	if (r < 0)
		(void)stay_clean_up(c, NULL); /* the first error is the one to tell */
	return r;
}

static int create_and_start(struct runtime *rt, const struct run_args *a, struct create_options *o,
			    struct foreground *f, struct err *e)
{
	struct created c = { .pidfd = -1, .sync = -1 };
	struct notify n = NOTIFY_NONE;
	int r;

	r = container_create(rt, o, &c, e);
	f->terminal = f->terminal && c.terminal;
	f->notify = &n;
	if (r == 0) {
		r = start(&c, o, &n, e);
		/* From here on a signal is for the container, or too late; unless this goes on to
		 * wait for what may never come. */
		sync_uninterruptible(r == 0 && a->create.detach && n.listener < 0);
	}
	if (r == 0 && a->create.detach)
		wait_until_ready(&c, &n);
	else if (r == 0)
		r = stay(&c, f, a->keep, e);
	notify_close(&n);
	created_done(&c);
	return r;
}

static int run_container(const struct globals *g, const struct run_args *a, const char *id,
			 struct err *e)
{
	struct create_options o = create_options_of(&a->create, id);
	struct foreground f = { .signals = -1, .console = { -1, -1 } };
	autostrv char **args = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r = 0;

	if (a->args)
		r = parse_args(a->args, &args, e);
	o.args = args;
	o.keep_starting = true;
	if (r == 0)
		r = open_runtime(g, true, &rt, e);
	if (r == 0 && !a->create.detach) {
		if (!a->no_subreaper)
			(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* since 3.4 */
		r = foreground_begin(&f, !a->create.console_socket, e);
		o.console_fd = f.console[1];
	}
	if (r == 0)
		r = create_and_start(&rt, a, &o, &f, e);
	foreground_end(&f);
	return r;
}

static int run_run(const void *global, void *args, int argc, char **argv, struct err *e)
{
	const struct run_args *a = args;
	int r;

	/* Only Thunder names its program once more, behind the id. */
	if (argc > 1 && !a->args)
		return err_msg(e, EINVAL, "runlet: \"run\" requires exactly 1 argument(s)");
	r = run_container(global, a, argv[0], e);
	return r < 0 ? err_wrap(e, "runlet run failed: ") : r;
}

const struct command cmd_run = {
	.name = "run",
	.synopsis = "ID",
	.about = "Create a container, start it, and wait for its end.",
	.opts = run_opts,
	.args_size = sizeof(struct run_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_run,
	.flags = COMMAND_NEW_ID,
};
