/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"

#include "engine/create.h"

struct create_args {
	char *bundle, *config, *console_socket, *pidfd_socket, *pid_file;
	int64_t preserve_fds;
	bool no_pivot, no_new_keyring, detach;
};

static const struct opt create_opts[] = {
	O_STRING_("bundle", 'b', struct create_args, bundle, "DIR",
		  "the bundle, by default the working directory"),
	O_STRING_("config", 'f', struct create_args, config, "FILE",
		  "read the configuration from FILE instead of config.json"),
	O_STRING_("console-socket", 0, struct create_args, console_socket, "SOCKET",
		  "send the terminal's master to this Unix socket"),
	O_STRING_("pidfd-socket", 0, struct create_args, pidfd_socket, "SOCKET",
		  "send a pidfd of init to this Unix socket"),
	O_STRING_("pid-file", 0, struct create_args, pid_file, "FILE",
		  "write the pid of init to FILE"),
	O_FLAG_("no-pivot", 0, struct create_args, no_pivot,
		"use chroot instead of pivot_root, for a root on a ramdisk"),
	O_FLAG_("no-new-keyring", 0, struct create_args, no_new_keyring,
		"keep the caller's session keyring"),
	O_INT_("preserve-fds", 0, struct create_args, preserve_fds, "N",
	       "pass N more descriptors on, from 3"),
	{ .name = "detach",
	  .letter = 'd',
	  .kind = OPT_FLAG,
	  .offset = OPT_OFF(struct create_args, detach, bool),
	  .help = "accepted: create is always detached",
	  .hidden = true },
	{ 0 },
};

static int run_create(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct create_args *a = args;
	struct create_options o = {
		.id = argv[0],
		.bundle = a->bundle,
		.config = a->config,
		.console_socket = a->console_socket,
		.pidfd_socket = a->pidfd_socket,
		.pid_file = a->pid_file,
		.preserve_fds = a->preserve_fds,
		.listen_fds = getenv("LISTEN_FDS"),
		.no_pivot = a->no_pivot,
		.no_new_keyring = a->no_new_keyring,
		.console_fd = -1,
		.detached = true,
	};
	struct created c = { .pidfd = -1, .sync = -1 };
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_runtime(global, true, &rt, e);
	if (r == 0)
		r = container_create(&rt, &o, &c, e);
	created_done(&c);
	return r < 0 ? err_wrap(e, "runlet create failed: ") : 0;
}

const struct command cmd_create = {
	.name = "create",
	.synopsis = "ID",
	.about = "Create a container, to be started later.",
	.opts = create_opts,
	.args_size = sizeof(struct create_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_create,
	.flags = COMMAND_NEW_ID,
};
