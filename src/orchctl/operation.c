/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "orch/container_name.h"
#include "orch/work.h"

static int run_operation(const void *global, void *args _unused_, int argc _unused_, char **argv,
			 struct err *e)
{
	autoorch o = { 0 };
	int r = container_name_check(argv[1], e);

	if (r == 0)
		r = globals_orch(global, &o, e);
	return r < 0 ? r : work_run(&o, argv[0], argv[1], e);
}

const struct command cmd_operation = {
	.name = "operation",
	.synopsis = "KIND NAME",
	.about = "Do what a message began; for orchctl itself.",
	.min_args = 2,
	.max_args = 2,
	.run = run_operation,
	.flags = COMMAND_HIDDEN,
};
