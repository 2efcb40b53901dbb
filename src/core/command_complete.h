/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command_complete.h - what the completion scripts of all shells need to know of the tables.
 */
#ifndef CORE_COMMAND_COMPLETE_H
#define CORE_COMMAND_COMPLETE_H

#include "core/command.h"

/* What an option's value is completed with, by its kind and by its name in help. */
enum complete_value { COMPLETE_NOTHING, COMPLETE_FILES, COMPLETE_DIRS, COMPLETE_NAMES };
enum complete_value complete_value(const struct opt *o);

/* Whether the first positional is an id that "list -q" prints. */
bool complete_ids(const struct program *p, const struct command *c);

/* The first command of a group that is shown: where what belongs to the whole group is printed. */
bool complete_begins_group(const struct program *p, const struct command *c);
/* Calls @print for each shown command of the group of @c. */
void complete_each_in_group(const struct program *p, const struct command *c,
			    void (*print)(const struct program *p, const struct command *c,
					  FILE *out),
			    FILE *out);

/* The shell function's name: the program's, with what no function may have replaced. */
void complete_print_function(const struct program *p, FILE *out);

void complete_bash(const struct program *p, FILE *out);
void complete_zsh(const struct program *p, FILE *out);
void complete_fish(const struct program *p, FILE *out);

#endif
