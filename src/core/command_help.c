/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_help.h"
#include "core/str.h"

/* What every program has without a row. */
static const struct opt own_opts[] = {
	{ .name = "help", .letter = 'h', .kind = OPT_FLAG, .help = "show help" },
	{ .name = "version", .letter = 'v', .kind = OPT_FLAG, .help = "print the version" },
	{ 0 },
};

/* "--bundle DIR, -b DIR" */
static void format_opt(const struct opt *o, struct str *out)
{
	const char *space = o->arg ? " " : "", *arg = o->arg ? o->arg : "";

	str_reset(out);
	str_addf(out, "--%s%s%s", o->name, space, arg);
	if (o->letter)
		str_addf(out, ", -%c%s%s", o->letter, space, arg);
}

static size_t opts_width(const struct opt *opts)
{
	autostr text = { 0 };
	size_t width = 0;

	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->hidden)
			continue;
		format_opt(o, &text);
		width = MAX(width, text.len);
	}
	return width;
}

static void print_opts(const struct opt *opts, size_t width, FILE *out)
{
	autostr text = { 0 };

	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->hidden)
			continue;
		format_opt(o, &text);
		fprintf(out, "   %-*s  %s\n", (int)width, text.p, o->help ? o->help : "");
	}
}

size_t command_group_len(const struct command *c)
{
	const char *space = strchr(c->name, ' ');

	return space ? (size_t)(space - c->name) : 0;
}

const char *command_own_name(const struct command *c)
{
	size_t group = command_group_len(c);

	return c->name + (group ? group + 1 : 0);
}

bool command_is_in(const struct command *c, const char *group)
{
	size_t n = command_group_len(c);

	return n && strlen(group) == n && strncmp(c->name, group, n) == 0;
}

/* Those of a group, or all. */
static bool is_shown(const struct command *c, const char *group)
{
	return !(c->flags & COMMAND_HIDDEN) && (!group || command_is_in(c, group));
}

static void print_commands(const struct program *p, const char *group, FILE *out)
{
	static const char help_name[] = "help, h";
	size_t width = strlen(help_name);

	for (const struct command *const *c = p->commands; *c; c++)
		if (is_shown(*c, group))
			width = MAX(width, strlen((*c)->name));
	for (const struct command *const *c = p->commands; *c; c++)
		if (is_shown(*c, group))
			fprintf(out, "   %-*s  %s\n", (int)width, (*c)->name, (*c)->about);
	if (!group)
		fprintf(out, "   %-*s  %s\n", (int)width, help_name,
			"Shows a list of commands or help for one command.");
}

/* Every line of a text that may have several, indented. */
static void print_indented(const char *text, FILE *out)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		fprintf(out, "   %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

void help_program(const struct program *p, FILE *out)
{
	size_t width = MAX(opts_width(p->opts), opts_width(own_opts));

	fprintf(out, "NAME:\n   %s - %s\n\n", p->name, p->about);
	fprintf(out, "USAGE:\n   %s [global options] command [command options] [arguments...]\n\n",
		p->name);
	fputs("VERSION:\n", out);
	print_indented(p->version, out);
	fputs("\nCOMMANDS:\n", out);
	print_commands(p, NULL, out);
	fputs("\nGLOBAL OPTIONS:\n", out);
	print_opts(p->opts, width, out);
	print_opts(own_opts, width, out);
}

void help_group(const struct program *p, const char *group, FILE *out)
{
	fprintf(out, "USAGE:\n   %s %s command [command options] [arguments...]\n\nCOMMANDS:\n",
		p->name, group);
	print_commands(p, group, out);
}

void help_command(const struct program *p, const struct command *c, FILE *out)
{
	size_t width = opts_width(c->opts);
	const char *synopsis = c->synopsis ? c->synopsis : "";

	fprintf(out, "NAME:\n   %s %s - %s\n\n", p->name, c->name, c->about);
	fprintf(out, "USAGE:\n   %s %s%s%s%s\n", p->name, c->name,
		width ? " [command options]" : "", *synopsis ? " " : "", synopsis);
	if (width == 0)
		return;
	fputs("\nOPTIONS:\n", out);
	print_opts(c->opts, width, out);
}

static void dump_opts(const char *command, const struct opt *opts, FILE *out)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		const char letter[] = { ',', '-', o->letter, '\0' };

		if (!o->hidden)
			fprintf(out, "%s\t--%s%s\t%s\t%s\n", command, o->name,
				o->letter ? letter : "", o->arg ? o->arg : "",
				o->help ? o->help : "");
	}
}

void program_dump(const struct program *p, FILE *out)
{
	dump_opts("", p->opts, out);
	for (const struct command *const *c = p->commands; *c; c++) {
		if ((*c)->flags & COMMAND_HIDDEN)
			continue;
		fprintf(out, "%s\t\t%s\t%s\n", (*c)->name, (*c)->synopsis ? (*c)->synopsis : "",
			(*c)->about);
		dump_opts((*c)->name, (*c)->opts, out);
	}
}
