/* SPDX-License-Identifier: Apache-2.0 */
/* Any command line, its words separated by newlines, against a small program: the status is one of
 * those that are documented, and a run of a command kept its promises. */
#include "core/command.h"
#include "core/strv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define STATUS_FAILED 77
#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct globals {
	char *root;
	bool debug;
	char **labels;
};

struct args {
	bool all, tty;
	char *cwd;
	char **env;
	int64_t number;
	int format;
};

static const struct name formats[] = { { "table", 1 }, { "json", 2 }, { NULL, 0 } };

static const struct opt opts[] = {
	{ .name = "all",
	  .letter = 'a',
	  .kind = OPT_FLAG,
	  .offset = OPT_OFF(struct args, all, bool) },
	{ .name = "tty",
	  .letter = 't',
	  .kind = OPT_FLAG,
	  .offset = OPT_OFF(struct args, tty, bool) },
	{ .name = "cwd",
	  .kind = OPT_STRING,
	  .offset = OPT_OFF(struct args, cwd, char *),
	  .arg = "DIR" },
	{ .name = "env",
	  .letter = 'e',
	  .kind = OPT_STRV,
	  .offset = OPT_OFF(struct args, env, char **),
	  .arg = "NAME=VALUE" },
	{ .name = "number",
	  .letter = 'n',
	  .kind = OPT_INT,
	  .offset = OPT_OFF(struct args, number, int64_t),
	  .arg = "N" },
	{ .name = "format",
	  .letter = 'f',
	  .kind = OPT_ENUM,
	  .offset = OPT_OFF(struct args, format, int),
	  .arg = "FORMAT",
	  .names = formats },
	{ 0 },
};

static const struct opt global_opts[] = {
	{ .name = "root",
	  .kind = OPT_STRING,
	  .offset = OPT_OFF(struct globals, root, char *),
	  .arg = "DIR" },
	{ .name = "debug", .kind = OPT_FLAG, .offset = OPT_OFF(struct globals, debug, bool) },
	{ .name = "label",
	  .kind = OPT_STRV,
	  .offset = OPT_OFF(struct globals, labels, char **),
	  .arg = "L" },
	{ 0 },
};

static int check(const struct args *a, int argc, char **argv, int min, int max)
{
	if (argc < min || (max >= 0 && argc > max) || (int)strv_len(argv) != argc)
		abort();
	if (a->format && !names_get(formats, a->format))
		abort();
	strv_free(a->env);
	return 0;
}

static int run_kill(const void *global _unused_, void *args, int argc, char **argv,
		    struct err *e _unused_)
{
	return check(args, argc, argv, 1, 2);
}

static int run_exec(const void *global _unused_, void *args, int argc, char **argv, struct err *e)
{
	(void)check(args, argc, argv, 1, -1);
	return argc > 3 ? err_msg(e, EINVAL, "too many") : 0;
}

static const struct command cmd_kill = {
	"kill", "ID [SIGNAL]", "Signal.", opts, sizeof(struct args), 1, 2, run_kill, 0
};
static const struct command cmd_exec = {
	"exec",	  "ID COMMAND [ARG...]", "Execute.", opts, sizeof(struct args), 1, -1,
	run_exec, COMMAND_STOP_AT_ARG
};
static const struct command *const commands[] = { &cmd_kill, &cmd_exec, NULL };

static int fail(const void *globals _unused_, const struct command *c _unused_, const struct err *e)
{
	if (e->num <= 0 || !memchr(e->text, '\0', sizeof(e->text)) || !e->text[0])
		abort();
	return STATUS_FAILED;
}

static const struct program program = {
	.name = "fuzzed",
	.about = "a program",
	.version = "1\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
	.fail = fail,
};

/* Help goes to stdout, which is the test driver's. */
static int run_silently(int argc, char **argv)
{
	autofd int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	autofd int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int status;

	(void)fflush(stdout);
	if (dup2(null_fd, STDOUT_FILENO) < 0)
		abort();
	status = program_main(&program, argc, argv);
	(void)fflush(stdout);
	if (dup2(kept, STDOUT_FILENO) < 0)
		abort();
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	char *argv[WORDS_MAX + 1] = { (char *)"fuzzed" }, *rest = text;
	int argc = 1, status;

	while (argc < WORDS_MAX && rest)
		argv[argc++] = strsep(&rest, "\n");
	status = run_silently(argc, argv);
	if (status != 0 && status != 1 && status != 3 && status != STATUS_FAILED)
		abort();
	return 0;
}
