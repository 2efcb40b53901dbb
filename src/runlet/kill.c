/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "engine/remove.h"
#include "runlet/runlet.h"

#include <signal.h>

struct kill_args {
	bool all;
};

static const struct opt kill_opts[] = {
	O_FLAG_("all", 'a', struct kill_args, all,
		"signal every process of the container, not only init"),
	{ 0 },
};

static int run_kill(const void *global, void *args, int argc, char **argv, struct err *e)
{
	const struct kill_args *a = args;
	int sig = argc > 1 ? signal_parse(argv[1], e) : SIGTERM;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	if (sig < 0)
		return sig;
	r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	if (r < 0)
		return r;
	return a->all ? container_signal_all(c, sig, e) : container_kill(c, sig, e);
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
