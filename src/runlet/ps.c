/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"
#include "core/num.h"
#include "core/proc.h"
#include "engine/pids.h"
#include "runlet/runlet.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

struct ps_args {
	int format;
};

static const struct opt ps_opts[] = {
	O_FORMAT_(struct ps_args, format, "print a table, as ps(1) does, or json"),
	{ 0 },
};

#define PS_OUTPUT_MAX (16u << 20)

static void print_json(const pid_t *pids, size_t n)
{
	autojsonout *o = json_out_new(NULL);
	size_t len;

	if (n == 0) {
		puts("null");
		return;
	}
	json_out_array(o);
	for (size_t i = 0; i < n; i++)
		json_out_i64(o, pids[i]);
	json_out_end(o);
	puts(json_out_text(o, &len));
}

static bool has_pid(const pid_t *pids, size_t n, int64_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* The number of the column titled PID, or -1. */
static int pid_column(const char *header)
{
	autostrv char **words = strv_split(header, ' ');
	int column = 0;

	for (size_t i = 0; words[i]; i++) {
		if (str_eq(words[i], "PID"))
			return column;
		column += *words[i] != '\0';
	}
	return -1;
}

static const char *word_at(const char *line, int column)
{
	for (line += strspn(line, " "); column-- > 0 && *line; line += strspn(line, " "))
		line += strcspn(line, " ");
	return line;
}

static int print_table(char *text, const pid_t *pids, size_t n, struct err *e)
{
	char *line = strsep(&text, "\n");
	int column;

	column = line ? pid_column(line) : -1;
	if (column < 0)
		return err_msg(e, EINVAL, "couldn't find PID field in ps output");
	puts(line);
	while ((line = strsep(&text, "\n"))) {
		const char *word = word_at(line, column);
		autofree char *number = xstrndup(word, strcspn(word, " "));
		int64_t pid;

		if (num_parse_i64(number, 0, INT32_MAX, "pid", &pid, NULL) == 0 &&
		    has_pid(pids, n, pid))
			puts(line);
	}
	return 0;
}

/* PATH may be absent, or anybody's. */
static const char *find_ps(void)
{
	static const char *const paths[] = { "/bin/ps", "/usr/bin/ps" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return paths[0];
}

static int run_ps_program(char *const *options, const pid_t *pids, size_t n, struct err *e)
{
	autostrv char **argv = NULL;
	autostr output = { 0 };
	struct proc_run run = { .path = find_ps(), .output_max = PS_OUTPUT_MAX, .output = &output };
	int status;

	strv_push(&argv, "ps");
	for (size_t i = 0; options[i]; i++)
		strv_push(&argv, options[i]);
	if (!options[0])
		strv_push(&argv, "-ef");
	run.argv = argv;
	status = proc_run(&run, e);
	if (status < 0)
		return err_wrap(e, "ps: ");
	if (status != 0) /* what follows its first line is its usage */
		return err_msg(e, EINVAL, "ps: exit status %d: %.*s", WEXITSTATUS(status),
			       (int)strcspn(output.p ?: "", "\n"), output.p ?: "");
	return print_table(output.p ?: (char[1]){ "" }, pids, n, e);
}

static int run_ps(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct ps_args *a = args;
	autocontainer *c = NULL;
	autofree pid_t *pids = NULL;
	autoruntime rt = RUNTIME_NONE;
	size_t n = 0;
	int r;

	r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	if (r == 0)
		r = container_pids(c, &pids, &n, e);
	if (r < 0)
		return r;
	if (a->format == OUTPUT_JSON)
		print_json(pids, n);
	else
		r = run_ps_program(argv + 1, pids, n, e);
	return r < 0 ? r : finish_output(e);
}

const struct command cmd_ps = {
	.name = "ps",
	.synopsis = "ID [PS-OPTIONS]",
	.about = "Show the processes of a container.",
	.opts = ps_opts,
	.args_size = sizeof(struct ps_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_ps,
	.flags = COMMAND_STOP_AT_ARG,
};
