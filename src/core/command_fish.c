/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_complete.h"

static void print_quoted(const char *text, FILE *out)
{
	fputc('\'', out);
	for (const char *s = text ? text : ""; *s; s++) {
		if (*s == '\'' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('\'', out);
}

static void print_value(const struct opt *o, FILE *out)
{
	switch (complete_value(o)) {
	case COMPLETE_FILES:
		fputs(" -r -F", out);
		break;
	case COMPLETE_DIRS:
		fputs(" -x -a '(__fish_complete_directories)'", out);
		break;
	case COMPLETE_NAMES:
		fputs(" -x -a '", out);
		for (const struct name *n = o->names; n && n->name; n++)
			fprintf(out, "%s%s", n == o->names ? "" : " ", n->name);
		fputc('\'', out);
		break;
	default:
		fputs(" -x", out);
	}
}

/* "complete -c PROGRAM -n 'condition'" */
static void print_start(const struct program *p, const struct command *c, FILE *out)
{
	int group = c ? (int)command_group_len(c) : 0;

	fprintf(out, "complete -c %s -n ", p->name);
	if (group)
		fprintf(out,
			"'__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %s'",
			group, c->name, command_own_name(c));
	else if (c)
		fprintf(out, "'__fish_seen_subcommand_from %s'", c->name);
	else
		fputs("__fish_use_subcommand", out);
}

static void print_opts(const struct program *p, const struct command *c, const struct opt *opts,
		       FILE *out)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->hidden)
			continue;
		print_start(p, c, out);
		fprintf(out, " -l %s", o->name);
		if (o->letter)
			fprintf(out, " -s %c", o->letter);
		if (o->kind != OPT_FLAG)
			print_value(o, out);
		fputs(" -d ", out);
		print_quoted(o->help, out);
		fputc('\n', out);
	}
}

/* The command's name; for a group its own, once, and the command's behind it. */
static void print_word(const struct program *p, const struct command *c, FILE *out)
{
	int group = (int)command_group_len(c);

	if (group && complete_begins_group(p, c)) {
		print_start(p, NULL, out);
		fprintf(out, " -a %.*s -d 'commands for %.*s'\n", group, c->name, group, c->name);
	}
	if (group)
		fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %.*s'", p->name, group,
			c->name);
	else
		print_start(p, NULL, out);
	fprintf(out, " -a %s -d ", command_own_name(c));
	print_quoted(c->about, out);
	fputc('\n', out);
}

static void print_command(const struct program *p, const struct command *c, FILE *out)
{
	print_word(p, c, out);
	print_opts(p, c, c->opts, out);
	if (complete_ids(p, c)) {
		print_start(p, c, out);
		fprintf(out, " -a '(%s list -q 2>/dev/null)'\n", p->name);
	}
}

void complete_fish(const struct program *p, FILE *out)
{
	fprintf(out,
		"# Completion for %s, made from its tables of commands and options.\n"
		"complete -c %s -f\n"
		"complete -c %s -s h -l help -d 'show help'\n",
		p->name, p->name, p->name);
	print_start(p, NULL, out);
	fputs(" -s v -l version -d 'print the version'\n", out);
	print_opts(p, NULL, p->opts, out);
	for (const struct command *const *c = p->commands; *c; c++)
		if (!((*c)->flags & COMMAND_HIDDEN))
			print_command(p, *c, out);
}
