/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_complete.h"

static void print_names(const struct name *names, FILE *out)
{
	for (const struct name *n = names; n && n->name; n++)
		fprintf(out, "%s%s", n == names ? "" : " ", n->name);
}

/* The words after which an option's value comes. */
static void print_pattern(const struct opt *o, FILE *out)
{
	fprintf(out, "--%s", o->name);
	if (o->letter)
		fprintf(out, " | -%c", o->letter);
}

static void print_value(const struct opt *o, FILE *out)
{
	switch (complete_value(o)) {
	case COMPLETE_FILES:
		fputs("\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n", out);
		break;
	case COMPLETE_DIRS:
		fputs("\t\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n", out);
		break;
	case COMPLETE_NAMES:
		fputs("\t\t\tmapfile -t COMPREPLY < <(compgen -W '", out);
		print_names(o->names, out);
		fputs("' -- \"$cur\")\n", out);
		break;
	case COMPLETE_NOTHING:
		break;
	}
}

/* Completes the value when the word before is an option that takes one. */
static void print_values(const struct opt *opts, FILE *out)
{
	fputs("\t\tcase $prev in\n", out);
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->kind == OPT_FLAG || o->hidden)
			continue;
		fputs("\t\t", out);
		print_pattern(o, out);
		fputs(")\n", out);
		print_value(o, out);
		fputs("\t\t\treturn\n\t\t\t;;\n", out);
	}
	fputs("\t\tesac\n", out);
}

static bool has_values(const struct opt *opts)
{
	for (const struct opt *o = opts; o && o->name; o++)
		if (o->kind != OPT_FLAG && !o->hidden)
			return true;
	return false;
}

static void print_words(const struct opt *opts, FILE *out)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->hidden)
			continue;
		fprintf(out, "--%s ", o->name);
		if (o->letter)
			fprintf(out, "-%c ", o->letter);
	}
}

static void print_own_name(const struct program *p _unused_, const struct command *c, FILE *out)
{
	fprintf(out, "%s ", command_own_name(c));
}

/* The first words: commands and groups. */
static void print_commands(const struct program *p, FILE *out)
{
	for (const struct command *const *c = p->commands; *c; c++) {
		if ((*c)->flags & COMMAND_HIDDEN)
			continue;
		if (command_group_len(*c) == 0)
			fprintf(out, "%s ", (*c)->name);
		else if (complete_begins_group(p, *c))
			fprintf(out, "%.*s ", (int)command_group_len(*c), (*c)->name);
	}
}

/* Within a group the command is two words; until the second is there, it is completed. */
static void print_groups(const struct program *p, FILE *out)
{
	for (const struct command *const *c = p->commands; *c; c++) {
		int n = (int)command_group_len(*c);

		if (!complete_begins_group(p, *c))
			continue;
		fprintf(out,
			"\tif [[ $command == %.*s ]]; then\n"
			"\t\tif ((i + 1 < COMP_CWORD)); then\n"
			"\t\t\tcommand+=\" ${COMP_WORDS[i + 1]}\"\n"
			"\t\telse\n"
			"\t\t\twords='",
			n, (*c)->name);
		complete_each_in_group(p, *c, print_own_name, out);
		fputs("--help -h'\n\t\tfi\n\tfi\n", out);
	}
}

/* Finds the command among the words before the present one. bash splits words at "=", too. */
static void print_find_command(const struct program *p, FILE *out)
{
	fputs("\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n",
	      out);
	for (const struct opt *o = p->opts; o && o->name; o++) {
		if (o->kind == OPT_FLAG)
			continue;
		fputs("\t\t", out);
		print_pattern(o, out);
		fputs(")\n\t\t\t((i += 1))\n"
		      "\t\t\t[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))\n"
		      "\t\t\t;;\n",
		      out);
	}
	fputs("\t\t-*) ;;\n"
	      "\t\t*)\n"
	      "\t\t\tcommand=${COMP_WORDS[i]}\n"
	      "\t\t\tbreak\n"
	      "\t\t\t;;\n"
	      "\t\tesac\n"
	      "\tdone\n",
	      out);
}

static void print_command(const struct program *p, const struct command *c, FILE *out)
{
	const char *quote = command_group_len(c) ? "'" : "";

	fprintf(out, "\t%s%s%s)\n", quote, c->name, quote);
	if (has_values(c->opts))
		print_values(c->opts, out);
	fputs("\t\twords='", out);
	print_words(c->opts, out);
	fputs("--help -h'\n", out);
	if (complete_ids(p, c))
		fputs("\t\t[[ $cur == -* ]] ||\n"
		      "\t\t\twords=$(\"${COMP_WORDS[0]}\" list -q 2>/dev/null)\n",
		      out);
	fputs("\t\t;;\n", out);
}

static void print_program(const struct program *p, FILE *out)
{
	fputs("\t'')\n", out);
	if (has_values(p->opts))
		print_values(p->opts, out);
	fputs("\t\twords='", out);
	print_commands(p, out);
	fputs("help'\n\t\t[[ $cur != -* ]] || words='", out);
	print_words(p->opts, out);
	fputs("--help -h --version -v'\n\t\t;;\n\thelp | h)\n\t\twords='", out);
	print_commands(p, out);
	fputs("'\n\t\t;;\n", out);
}

void complete_bash(const struct program *p, FILE *out)
{
	fprintf(out,
		"# shellcheck shell=bash\n"
		"# Completion for %s, made from its tables of commands and options.\n",
		p->name);
	complete_print_function(p, out);
	fputs("()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tlocal command='' words='' i\n"
	      "\tCOMPREPLY=()\n"
	      "\t# --name=value comes as three words.\n"
	      "\tif [[ $cur == = ]]; then\n"
	      "\t\tcur=''\n"
	      "\telif [[ $prev == = ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tfi\n",
	      out);
	print_find_command(p, out);
	print_groups(p, out);
	fputs("\tcase $command in\n", out);
	print_program(p, out);
	for (const struct command *const *c = p->commands; *c; c++)
		if (!((*c)->flags & COMMAND_HIDDEN))
			print_command(p, *c, out);
	fputs("\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "}\n"
	      "complete -o filenames -o bashdefault -F ",
	      out);
	complete_print_function(p, out);
	fprintf(out, " %s\n", p->name);
}
