/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command.h"
#include "core/command_help.h"
#include "core/command_parse.h"
#include <errno.h>

#define STATUS_USAGE 1
#define STATUS_NO_TOPIC 3

/* One run of a program. */
struct call {
	const struct program *p;
	void *globals;
	char **words; /* the command's name and what follows it */
	int n_words;
	void *args; /* the command's argument struct */
	char **positionals;
	int n_positionals;
	const struct command *command; /* NULL: none such */
	bool ran;		       /* the vectors in args were its to free */
};

static void call_done(struct call *call)
{
	if (call->args && !call->ran)
		options_free(call->command->opts, call->args);
	options_free(call->p->opts, call->globals);
	free(call->args);
	free(call->globals);
	free(call->positionals);
	free(call->words);
}

static int fail(const struct call *call, const struct err *e)
{
	(void)fflush(stdout);
	if (call->p->fail)
		return call->p->fail(call->globals, call->command, e);
	fprintf(stderr, "%s: %s\n", call->p->name, e->text);
	return STATUS_USAGE;
}

/* The command that the words name: by one word, or by a group's and its own. */
static const struct command *find_command(const struct program *p, char *const *words)
{
	for (const struct command *const *c = p->commands; *c; c++) {
		const char *own = command_own_name(*c);
		size_t group = command_group_len(*c);

		if (group == 0 ? str_eq(own, words[0]) :
				 command_is_in(*c, words[0]) && words[1] && str_eq(own, words[1]))
			return *c;
	}
	return NULL;
}

static bool is_group(const struct program *p, const char *name)
{
	for (const struct command *const *c = p->commands; *c; c++)
		if (command_is_in(*c, name))
			return true;
	return false;
}

static int prepare(const struct call *call, struct err *e)
{
	return call->p->prepare ? call->p->prepare(call->globals, call->command, e) : 0;
}

static int no_topic(const struct call *call, const char *name)
{
	struct err e = { 0 };

	if (prepare(call, &e) < 0)
		return fail(call, &e);
	(void)err_msg(&e, EINVAL, "No help topic for '%s'", name);
	(void)fail(call, &e);
	return STATUS_NO_TOPIC;
}

static bool is_help(const char *word)
{
	static const char *const words[] = { "help", "h", "--help", "-help", "-h" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(word, words[i]))
			return true;
	return false;
}

/* The help of what the words name: all, a group, or one command. */
static int run_help(struct call *call, char *const *words)
{
	const struct command *c;

	if (!words[0]) {
		help_program(call->p, stdout);
		return 0;
	}
	c = find_command(call->p, words);
	if (c)
		help_command(call->p, c, stdout);
	else if (is_group(call->p, words[0]) && (!words[1] || is_help(words[1])))
		help_group(call->p, words[0], stdout);
	else
		return no_topic(call, words[0]);
	return 0;
}

/* A group's name alone, or with what it has not. */
static int run_group(struct call *call)
{
	struct err e = { 0 };

	if (!call->words[1] || is_help(call->words[1]))
		return run_help(call, call->words);
	if (prepare(call, &e) == 0)
		(void)err_msg(&e, EINVAL, "No help topic for '%s %s'", call->words[0],
			      call->words[1]);
	(void)fail(call, &e);
	return STATUS_NO_TOPIC;
}

static int check_count(const struct call *call, struct err *e)
{
	const struct command *c = call->command;
	const char *how = NULL;
	int n = call->n_positionals, limit = c->min_args;

	if (n < c->min_args)
		how = "a minimum of";
	if (c->max_args >= 0 && n > c->max_args) {
		how = "a maximum of";
		limit = c->max_args;
	}
	if (!how)
		return 0;
	if (c->min_args == c->max_args)
		how = "exactly";
	return err_msg(e, EINVAL, "%s: \"%s\" requires %s %d argument(s)", call->p->name, c->name,
		       how, limit);
}

/* The help of what was misused goes to stdout, under this title; the error where errors go. */
static int bad_usage(const struct call *call, const char *title, const char *what,
		     const struct err *e)
{
	printf("%s%s\n\n", title, what);
	if (call->command)
		help_command(call->p, call->command, stdout);
	else
		help_program(call->p, stdout);
	(void)fail(call, e);
	return STATUS_USAGE;
}

static int run_command(struct call *call)
{
	const struct command *c = call->command;
	struct options o = { .table = c->opts, .stop_at_arg = c->flags & COMMAND_STOP_AT_ARG };
	struct err usage = { 0 }, e = { 0 };
	int parsed, r;

	int words = command_group_len(c) ? 2 : 1;

	call->args = xcalloc(1, MAX(c->args_size, 1));
	call->positionals = xcalloc((size_t)call->n_words, sizeof(char *));
	o.values = call->args;
	parsed = options_parse(&o, call->n_words - words, call->words + words, call->positionals,
			       &call->n_positionals, &usage);
	if (parsed == OPTIONS_HELP) {
		help_command(call->p, c, stdout);
		return 0;
	}
	if (prepare(call, &e) < 0)
		return fail(call, &e);
	if (parsed < 0)
		return bad_usage(call, "Incorrect Usage: ", usage.text, &usage);
	if (check_count(call, &usage) < 0)
		return bad_usage(call, "Incorrect Usage.", "", &usage);
	call->ran = true;
	r = c->run(call->globals, call->args, call->n_positionals, call->positionals, &e);
	return r < 0 ? fail(call, &e) : r;
}

/* What the build makes the completions from, and compares the man pages with. */
static int printed(const struct call *call)
{
	struct err e = { 0 };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	(void)err_set(&e, errno, "write standard output");
	return fail(call, &e);
}

static int run_dump(struct call *call)
{
	program_dump(call->p, stdout);
	return printed(call);
}

static int run_completion(struct call *call)
{
	const char *shell = call->words[1];
	struct err e = { 0 };

	if (shell && program_complete(call->p, shell, stdout) == 0)
		return printed(call);
	(void)err_msg(&e, EINVAL, "no completion for shell \"%s\"", shell ? shell : "");
	return fail(call, &e);
}

static int run_words(struct call *call)
{
	static const struct {
		const char *name;
		int (*run)(struct call *call);
	} own[] = {
		{ "dump-commands", run_dump },
		{ "completion", run_completion },
	};
	const char *name = call->words[0];

	if (!name || str_eq(name, "help") || str_eq(name, "h"))
		return run_help(call, call->words + (name != NULL));
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (str_eq(name, own[i].name))
			return own[i].run(call);
	call->command = find_command(call->p, call->words);
	if (call->command)
		return run_command(call);
	return is_group(call->p, name) ? run_group(call) : no_topic(call, name);
}

/* The arguments behind the program's name, which may be missing. */
static int count_args(int argc, char *const *argv)
{
	int n = 0;

	while (n + 1 < argc && argv[n + 1])
		n++;
	return n;
}

int program_main(const struct program *p, int argc, char **argv)
{
	static char *const none[] = { NULL };
	_cleanup_(call_done) struct call call = { .p = p };
	struct options o = { .table = p->opts, .stop_at_arg = true, .version = true };
	struct err e = { 0 };
	int n = count_args(argc, argv), r;

	call.globals = xcalloc(1, MAX(p->globals_size, 1));
	/* Two NULLs end it: a command has up to two words. */
	call.words = xcalloc((size_t)n + 2, sizeof(char *));
	o.values = call.globals;
	r = options_parse(&o, n, n > 0 ? argv + 1 : none, call.words, &call.n_words, &e);
	if (r < 0)
		return bad_usage(&call, "Incorrect Usage. ", e.text, &e);
	if (r == OPTIONS_HELP) {
		help_program(p, stdout);
		return 0;
	}
	if (r == OPTIONS_VERSION) {
		fputs(p->version, stdout);
		return 0;
	}
	return run_words(&call);
}
