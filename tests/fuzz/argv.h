/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any command line, its words separated by newlines, against a program's real tables. Nothing is
 * run: in every command's place stands one function, which checks that what it was given is as the
 * command's own tables promise, and the status is one of those that are documented.
 */
#include "core/command_parse.h"
#include "core/strv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define STATUS_RUN 76
#define STATUS_FAILED 77
#define WORDS_MAX 64
#define COMMANDS_MAX 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct command *called;

static void argv_require(bool promise)
{
	if (!promise)
		abort();
}

static void argv_check_option(const struct opt *o, const char *args)
{
	const char *text;
	int value;

	switch (o->kind) {
	case OPT_ENUM:
		memcpy(&value, args + o->offset, sizeof(value));
		argv_require(value == 0 || names_get(o->names, value));
		break;
	case OPT_STRING:
		memcpy(&text, args + o->offset, sizeof(text));
		argv_require(!text || *text);
		break;
	default:
		break;
	}
}

static int argv_run(const void *global _unused_, void *args, int argc, char **argv,
		    struct err *e _unused_)
{
	const struct command *c = called;

	argv_require(argc >= c->min_args && (c->max_args < 0 || argc <= c->max_args));
	argv_require((int)strv_len(argv) == argc);
	for (const struct opt *o = c->opts; o && o->name; o++)
		argv_check_option(o, args);
	options_free(c->opts, args);
	return STATUS_RUN;
}

static int argv_prepare(void *globals _unused_, const struct command *c, struct err *e _unused_)
{
	called = c;
	return 0;
}

static int argv_fail(const void *globals _unused_, const struct command *c _unused_,
		     const struct err *e)
{
	argv_require(e->num > 0 && memchr(e->text, '\0', sizeof(e->text)) && e->text[0]);
	return STATUS_FAILED;
}

/* The program with nothing behind its commands. */
static void argv_make_tame(struct program *p)
{
	static struct command tame[COMMANDS_MAX];
	static const struct command *table[COMMANDS_MAX];
	size_t n = 0;

	for (; p->commands[n]; n++) {
		argv_require(n + 1 < COMMANDS_MAX);
		tame[n] = *p->commands[n];
		tame[n].run = argv_run;
		table[n] = &tame[n];
	}
	table[n] = NULL;
	p->commands = table;
	p->prepare = argv_prepare;
	p->fail = argv_fail;
	p->version = "1\n";
}

/* Help goes to stdout, which is the test driver's. */
static int argv_run_silently(const struct program *p, int argc, char **argv)
{
	autofd int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	autofd int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int status;

	(void)fflush(stdout);
	argv_require(dup2(null_fd, STDOUT_FILENO) >= 0);
	status = program_main(p, argc, argv);
	(void)fflush(stdout);
	argv_require(dup2(kept, STDOUT_FILENO) >= 0);
	return status;
}

static void argv_fuzz(const struct program *real, const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	char *argv[WORDS_MAX + 1] = { (char *)"fuzzed" }, *rest = text;
	struct program p = *real;
	int argc = 1, status;

	argv_make_tame(&p);
	while (argc < WORDS_MAX && rest)
		argv[argc++] = strsep(&rest, "\n");
	status = argv_run_silently(&p, argc, argv);
	argv_require(status == 0 || status == 1 || status == 3 || status == STATUS_RUN ||
		     status == STATUS_FAILED);
}
