/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_complete.h"

/* A text within single quotes in which _arguments and _describe see nothing special. */
static void print_quoted(const char *text, FILE *out)
{
	for (const char *s = text ? text : ""; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *s))
			fprintf(out, "\\%c", *s);
		else
			fputc(*s, out);
	}
}

/* ":ARG:what to complete it with" */
static void print_value(const struct opt *o, FILE *out)
{
	fputc(':', out);
	print_quoted(o->arg ? o->arg : "value", out);
	fputc(':', out);
	switch (complete_value(o)) {
	case COMPLETE_FILES:
		fputs("_files", out);
		break;
	case COMPLETE_DIRS:
		fputs("_files -/", out);
		break;
	case COMPLETE_NAMES:
		fputc('(', out);
		for (const struct name *n = o->names; n && n->name; n++)
			fprintf(out, "%s%s", n == o->names ? "" : " ", n->name);
		fputc(')', out);
		break;
	default:
		fputc(' ', out);
	}
}

/* One option in its two spellings; what may come several times has a star. */
static void print_opt(const struct opt *o, FILE *out)
{
	const char *star = o->kind == OPT_STRV ? "*" : "";
	bool value = o->kind != OPT_FLAG;

	if (o->letter)
		fprintf(out, "%s{-%c%s,--%s%s}'[", *star ? "'*'" : "", o->letter, value ? "=" : "",
			o->name, value ? "=" : "");
	else
		fprintf(out, "'%s--%s%s[", star, o->name, value ? "=" : "");
	print_quoted(o->help, out);
	fputc(']', out);
	if (value)
		print_value(o, out);
	fputc('\'', out);
}

static void print_opts(const struct opt *opts, const char *indent, FILE *out)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->hidden)
			continue;
		fputs(indent, out);
		print_opt(o, out);
		fputs(" \\\n", out);
	}
}

static void print_own_name(const struct program *p _unused_, const struct command *c, FILE *out)
{
	fprintf(out, "\t\t'%s:", command_own_name(c));
	print_quoted(c->about, out);
	fputs("'\n", out);
}

/* The first words: commands and groups. */
static void print_command_names(const struct program *p, FILE *out)
{
	fputs("\tcommands=(\n", out);
	for (const struct command *const *c = p->commands; *c; c++) {
		int n = (int)command_group_len(*c);

		if ((*c)->flags & COMMAND_HIDDEN)
			continue;
		if (n == 0)
			print_own_name(p, *c, out);
		else if (complete_begins_group(p, *c))
			fprintf(out, "\t\t'%.*s:commands for %.*s'\n", n, (*c)->name, n,
				(*c)->name);
	}
	fputs("\t\t'help:Shows a list of commands or help for one command.'\n\t)\n", out);
}

static void print_command(const struct program *p, const struct command *c, FILE *out)
{
	fprintf(out, "\t\t%s)\n\t\t\t_arguments -s %s\\\n", command_own_name(c),
		c->flags & COMMAND_STOP_AT_ARG ? "-A '-*' " : "");
	print_opts(c->opts, "\t\t\t\t", out);
	fputs("\t\t\t\t{-h,--help}'[show help]'", out);
	if (complete_ids(p, c)) {
		fputs(" \\\n\t\t\t\t'1:ID:", out);
		complete_print_function(p, out);
		fputs("_ids'", out);
	}
	fputs("\n\t\t\t;;\n", out);
}

/* The second word, then what belongs to the command. */
static void print_group(const struct program *p, const struct command *c, FILE *out)
{
	fprintf(out,
		"\t\t%.*s)\n"
		"\t\t\tif ((CURRENT == 2)); then\n"
		"\t\t\t\tcommands=(\n",
		(int)command_group_len(c), c->name);
	complete_each_in_group(p, c, print_own_name, out);
	fputs("\t\t\t\t)\n"
	      "\t\t\t\t_describe command commands\n"
	      "\t\t\t\treturn\n"
	      "\t\t\tfi\n"
	      "\t\t\tshift words\n"
	      "\t\t\t((CURRENT--))\n"
	      "\t\t\tcase $words[1] in\n",
	      out);
	complete_each_in_group(p, c, print_command, out);
	fputs("\t\t\tesac\n\t\t\t;;\n", out);
}

static void print_word(const struct program *p, const struct command *c, FILE *out)
{
	if (c->flags & COMMAND_HIDDEN)
		return;
	if (command_group_len(c) == 0)
		print_command(p, c, out);
	else if (complete_begins_group(p, c))
		print_group(p, c, out);
}

void complete_zsh(const struct program *p, FILE *out)
{
	fprintf(out,
		"#compdef %s\n"
		"# Completion for %s, made from its tables of commands and options.\n\n",
		p->name, p->name);
	complete_print_function(p, out);
	fprintf(out,
		"_ids()\n{\n\tlocal -a ids\n"
		"\tids=(${(f)\"$(_call_program ids %s list -q 2>/dev/null)\"})\n"
		"\t_describe ID ids\n}\n\n",
		p->name);
	complete_print_function(p, out);
	fputs("()\n{\n\tlocal -a commands\n\tlocal state line curcontext=$curcontext\n", out);
	print_command_names(p, out);
	fputs("\t_arguments -C \\\n", out);
	print_opts(p->opts, "\t\t", out);
	fputs("\t\t{-h,--help}'[show help]' \\\n"
	      "\t\t{-v,--version}'[print the version]' \\\n"
	      "\t\t'1:command:->command' \\\n"
	      "\t\t'*::argument:->arguments' && return\n"
	      "\tcase $state in\n"
	      "\tcommand)\n\t\t_describe command commands\n\t\t;;\n"
	      "\targuments)\n\t\tcase $words[1] in\n"
	      "\t\thelp | h)\n\t\t\t_describe command commands\n\t\t\t;;\n",
	      out);
	for (const struct command *const *c = p->commands; *c; c++)
		print_word(p, *c, out);
	fputs("\t\tesac\n\t\t;;\n\tesac\n}\n\n", out);
	complete_print_function(p, out);
	fputs(" \"$@\"\n", out);
}
