/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/remove.h"

#include "runlet/runlet.h"

#include <errno.h>

struct delete_args {
	bool force;
};

static const struct opt delete_opts[] = {
	O_FLAG_("force", 'f', struct delete_args, force,
		"kill a container that still runs; one that does not exist is no error"),
	{ 0 },
};

static int run_delete(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct delete_args *a = args;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_container(global, argv[0], CONTAINER_EXCLUSIVE, &rt, &c, e);
	if (r == -ENOENT && a->force)
		return 0;
	return r < 0 ? r : container_delete(c, a->force, e);
}

const struct command cmd_delete = {
	.name = "delete",
	.synopsis = "ID",
	.about = "Remove a container and all that belongs to it.",
	.opts = delete_opts,
	.args_size = sizeof(struct delete_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_delete,
};
