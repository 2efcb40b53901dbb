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

static const struct command *find_command(const struct program *p, const char *name)
{
	for (const struct command *const *c = p->commands; *c; c++)
		if (str_eq((*c)->name, name))
			return *c;
	return NULL;
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

/* "help" and "help COMMAND" */
static int run_help(struct call *call)
{
	const char *name = call->n_words > 1 ? call->words[1] : NULL;
	const struct command *c;

	if (!name) {
		help_program(call->p, stdout);
		return 0;
	}
	c = find_command(call->p, name);
	if (!c)
		return no_topic(call, name);
	help_command(call->p, c, stdout);
	return 0;
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

	call->args = xcalloc(1, MAX(c->args_size, 1));
	call->positionals = xcalloc((size_t)call->n_words, sizeof(char *));
	o.values = call->args;
	parsed = options_parse(&o, call->n_words - 1, call->words + 1, call->positionals,
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

static int run_words(struct call *call)
{
	const char *name = call->words[0];

	if (!name || str_eq(name, "help") || str_eq(name, "h"))
		return run_help(call);
	call->command = find_command(call->p, name);
	return call->command ? run_command(call) : no_topic(call, name);
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
	call.words = xcalloc((size_t)n + 1, sizeof(char *));
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
