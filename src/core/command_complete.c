/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_complete.h"
#include <ctype.h>
#include <errno.h>

enum complete_value complete_value(const struct opt *o)
{
	static const char *const files[] = { "FILE", "PATH", "SOCKET" };

	if (o->kind == OPT_ENUM)
		return COMPLETE_NAMES;
	if (o->kind == OPT_FLAG || !o->arg)
		return COMPLETE_NOTHING;
	if (strstr(o->arg, "DIR"))
		return COMPLETE_DIRS;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (strstr(o->arg, files[i]))
			return COMPLETE_FILES;
	return COMPLETE_NOTHING;
}

static bool has_list(const struct program *p)
{
	for (const struct command *const *c = p->commands; *c; c++)
		if (str_eq((*c)->name, "list"))
			return true;
	return false;
}

bool complete_ids(const struct program *p, const struct command *c)
{
	return !(c->flags & COMMAND_NEW_ID) && c->synopsis && has_list(p) &&
	       (str_eq(c->synopsis, "ID") || str_starts(c->synopsis, "ID "));
}

static bool same_group(const struct command *a, const struct command *b)
{
	size_t n = command_group_len(a);

	return n && n == command_group_len(b) && strncmp(a->name, b->name, n) == 0;
}

bool complete_begins_group(const struct program *p, const struct command *c)
{
	for (const struct command *const *other = p->commands; *other; other++)
		if (!((*other)->flags & COMMAND_HIDDEN) && same_group(*other, c))
			return *other == c;
	return false;
}

void complete_each_in_group(const struct program *p, const struct command *c,
			    void (*print)(const struct program *p, const struct command *c,
					  FILE *out),
			    FILE *out)
{
	for (const struct command *const *other = p->commands; *other; other++)
		if (!((*other)->flags & COMMAND_HIDDEN) && same_group(*other, c))
			print(p, *other, out);
}

void complete_print_function(const struct program *p, FILE *out)
{
	fputc('_', out);
	for (const char *s = p->name; *s; s++)
		fputc(isalnum((unsigned char)*s) ? *s : '_', out);
}

int program_complete(const struct program *p, const char *shell, FILE *out)
{
	static const struct {
		const char *name;
		void (*print)(const struct program *p, FILE *out);
	} shells[] = {
		{ "bash", complete_bash },
		{ "zsh", complete_zsh },
		{ "fish", complete_fish },
	};

	for (size_t i = 0; i < ARRAY_SIZE(shells); i++) {
		if (str_eq(shell, shells[i].name)) {
			shells[i].print(p, out);
			return 0;
		}
	}
	return -EINVAL;
}
