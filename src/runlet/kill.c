/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "engine/remove.h"
#include "runlet/match.h"

#include <errno.h>
#include <signal.h>

struct kill_args {
	bool all, regex;
};

static const struct opt kill_opts[] = {
	O_FLAG_("all", 'a', struct kill_args, all,
		"signal every process of the container, not only init"),
	O_FLAG_("regex", 'r', struct kill_args, regex,
		"ID is a regular expression: signal every container whose id matches"),
	{ 0 },
};

struct shot {
	int sig;
	bool all;
};

static int signal_container(struct container *c, const struct shot *s, struct err *e)
{
	return s->all ? container_signal_all(c, s->sig, e) : container_kill(c, s->sig, e);
}

static int kill_one(const struct runtime *rt, const char *id, void *data, struct err *e)
{
	autocontainer *c = NULL;
	int r = container_open(rt, id, CONTAINER_UNLOCKED, &c, e);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : signal_container(c, data, e);
}

/* As with runc an empty word is as good as none, and 0 asks whether init is there. */
static int parse_signal(const char *text, struct err *e)
{
	if (!text || !*text)
		return SIGTERM;
	return str_eq(text, "0") ? 0 : signal_parse(text, e);
}

static int run_kill(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct kill_args *a = args;
	struct err bad_signal = { 0 };
	struct shot s = { .sig = parse_signal(argv[1], &bad_signal), .all = a->all };
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r = 0;

	/* That there is no such container comes first: callers take it for an answer. */
	if (!a->regex)
		r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	if (r == 0 && s.sig < 0) {
		*e = bad_signal;
		return s.sig;
	}
	if (a->regex)
		return match_each(global, argv[0], true, "kill", kill_one, &s, e);
	return r < 0 ? r : signal_container(c, &s, e);
}

const struct command cmd_kill = {
	.name = "kill",
	.synopsis = "ID [SIGNAL]",
	.about = "Send a signal, SIGTERM by default, to a container's init.",
	.opts = kill_opts,
	.args_size = sizeof(struct kill_args),
	.min_args = 1,
	.max_args = 2,
	.run = run_kill,
};
