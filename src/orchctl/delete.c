/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/log.h"
#include "orch/container_name.h"
#include "orch/run.h"

#include <errno.h>
#include <stdio.h>

struct delete_args {
	bool force;
};

static const struct opt delete_opts[] = {
	O_FLAG_("force", 'f', struct delete_args, force,
		"take a container that is not there for deleted"),
	{ 0 },
};

static int delete_one(const struct orch *o, const char *name, bool force, struct err *e)
{
	int r = run_delete(o, name, e);

	if (r == -ENOENT && force)
		return 0;
	if (r == 0)
		printf("%s\n", name);
	return r;
}

/* What cannot be deleted keeps nobody from deleting the others. The first error is the command's.
 */
static int delete_all(const struct orch *o, int argc, char **argv, bool force, struct err *e)
{
	int first = 0;

	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		int r = delete_one(o, argv[i], force, first < 0 ? &why : e);

		if (r < 0 && first < 0)
			log_error("%s", why.text);
		first = first < 0 ? first : r;
	}
	return first;
}

static int run_delete_command(const void *global, void *args, int argc, char **argv, struct err *e)
{
	const struct delete_args *a = args;
	autoorch o = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < argc; i++)
		r = container_name_check(argv[i], e);
	if (r == 0)
		r = globals_orch(global, &o, e);
	if (r < 0)
		return r;
	r = delete_all(&o, argc, argv, a->force, e);
	if (fflush(stdout) == EOF && r == 0)
		r = err_set(e, errno, "write to standard output");
	return r;
}

const struct command cmd_delete = {
	.name = "delete",
	.synopsis = "ID...",
	.about = "Stop containers and remove all of them.",
	.opts = delete_opts,
	.args_size = sizeof(struct delete_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_delete_command,
};
