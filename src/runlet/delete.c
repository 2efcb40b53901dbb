/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/remove.h"

#include "runlet/match.h"

#include <errno.h>

struct delete_args {
	bool force, regex;
};

static const struct opt delete_opts[] = {
	O_FLAG_("force", 'f', struct delete_args, force,
		"kill a container that still runs; one that does not exist is no error"),
	O_FLAG_("regex", 'r', struct delete_args, regex,
		"ID is a regular expression: delete every container whose id matches"),
	{ 0 },
};

static int delete_one(const struct runtime *rt, const char *id, void *data, struct err *e)
{
	const struct delete_args *a = data;
	autocontainer *c = NULL;
	int r = container_open(rt, id, CONTAINER_EXCLUSIVE, &c, e);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : container_delete(c, a->force, e);
}

static int run_delete(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct delete_args *a = args;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	if (a->regex)
		return match_each(global, argv[0], !a->force, "delete", delete_one, a, e);
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
