/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/netctl.h"

#include "core/log.h"

#include <signal.h>

#include "config.h"

static const struct opt global_opts[] = {
	O_FLAG_("json", 'j', struct globals, json, "print JSON"),
	O_FLAG_("debug", 0, struct globals, debug, "log what is done, step by step"),
	O_STRING_("state-dir", 0, struct globals, state_dir, "DIR", "keep records below DIR"),
	{ 0 },
};

/* clang-format off */
static const struct command *const commands[] = {
	&cmd_monitor,
	&cmd_ovs_add_br,
	&cmd_ovs_add_port,
	&cmd_ovs_del_br,
	&cmd_ovs_del_port,
	&cmd_ovs_list_br,
	&cmd_ovs_list_ports,
	&cmd_ovs_port_to_br,
	&cmd_ovs_show,
	NULL,
};
/* clang-format on */

static int prepare(void *globals, const struct command *c _unused_, struct err *e)
{
	struct globals *g = globals;

	if (!g->state_dir)
		g->state_dir = (char *)NETCTL_STATE_DIR;
	return log_open(NULL, LOG_TEXT, g->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, e);
}

static const struct program netctl_program = {
	.name = "netctl",
	.about = "network plumbing for containers",
	.version = "netctl version " PACKAGE_VERSION "\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
	.prepare = prepare,
};

int main(int argc, char **argv)
{
	/* Ignored, the kernel would reap children before we can ask how they ended. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	return program_main(&netctl_program, argc, argv);
}
