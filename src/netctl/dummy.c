/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/make.h"

struct add_args {
	struct make_args make;
};

static const struct opt add_opts[] = {
	O_MAKE_(struct add_args, make),
	{ 0 },
};

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct link_new new = LINK_NEW("dummy");
	struct add_args *a = args;
	int r;

	new.end.name = argv[0];
	r = make_link(global, &a->make, NULL, NULL, &new, &new.end, e);
	make_args_done(&a->make);
	return r;
}

const struct command cmd_dummy_add = {
	.name = "dummy add",
	.synopsis = "NAME",
	.about = "Make an interface that leads nowhere.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add,
};

REMOVE_COMMAND(dummy, "NAME", "Delete such an interface.");
