/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/num.h"
#include "orch/container_name.h"
#include "orch/logs.h"

#include <errno.h>
#include <stdio.h>

struct logs_args {
	bool follow;
	bool timestamps;
	char *tail;
};

static const struct opt logs_opts[] = {
	O_FLAG_("follow", 'f', struct logs_args, follow, "go on with what comes"),
	O_STRING_("tail", 'n', struct logs_args, tail, "LINES",
		  "begin with the last LINES lines of what there is"),
	O_FLAG_("timestamps", 't', struct logs_args, timestamps, "begin each line with its time"),
	{ 0 },
};

/* What was standard error is so again. */
static int print(void *data, const struct logs_line *line, struct err *e)
{
	const struct logs_args *a = data;
	FILE *out = line->is_error ? stderr : stdout;
	int r;

	r = fprintf(out, "%s%s%s%s", a->timestamps ? line->time : "",
		    a->timestamps && *line->time ? " " : "", line->text, line->ends ? "\n" : "");
	if (r < 0 || (a->follow && fflush(out) == EOF))
		return err_set(e, errno, "write the log");
	return 0;
}

static int run_logs(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct logs_args *a = args;
	autoorch o = { 0 };
	int64_t tail = -1;
	int r = 0;

	if (a->tail)
		r = num_parse_i64(a->tail, 0, INT64_MAX, "--tail", &tail, e);
	if (r >= 0)
		r = container_name_check(argv[0], e);
	if (r >= 0)
		r = globals_orch(global, &o, e);
	if (r >= 0)
		r = logs_read(&o, o.ns, argv[0], tail, a->follow, print, a, e);
	if (r >= 0 && fflush(stdout) == EOF)
		return err_set(e, errno, "write the log");
	return r;
}

const struct command cmd_logs = {
	.name = "logs",
	.synopsis = "ID",
	.about = "Print what a container printed.",
	.opts = logs_opts,
	.args_size = sizeof(struct logs_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_logs,
};
