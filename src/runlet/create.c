/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/create_args.h"

struct create_only_args {
	struct create_args create;
};

static const struct opt create_opts[] = {
	CREATE_OPTS(struct create_only_args),
	{ .name = "detach",
	  .letter = 'd',
	  .kind = OPT_FLAG,
	  .offset = OPT_OFF(struct create_only_args, create.detach, bool),
	  .help = "accepted: create is always detached",
	  .hidden = true },
	{ 0 },
};

static int run_create(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct create_only_args *a = args;
	struct create_options o = create_options_of(&a->create, argv[0]);
	struct created c = { .pidfd = -1, .sync = -1 };
	autoruntime rt = RUNTIME_NONE;
	int r;

	o.detached = true;
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
	.args_size = sizeof(struct create_only_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_create,
	.flags = COMMAND_NEW_ID,
};
