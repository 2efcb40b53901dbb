/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command_parse.h - a command line against a table of options; for core/command.c.
 */
#ifndef CORE_COMMAND_PARSE_H
#define CORE_COMMAND_PARSE_H

#include "core/command.h"

struct options {
	const struct opt *table; /* may be NULL */
	void *values;		 /* the argument struct */
	bool stop_at_arg;
	bool version; /* --version and -v are there too */
};

enum { OPTIONS_READ, OPTIONS_HELP, OPTIONS_VERSION };

/**
 * options_parse - read the options into the struct and collect the positionals.
 * @argv: @argc arguments, without the program's or the command's name
 * @args: room for argc + 1; NULL-terminated
 *
 * Returns: OPTIONS_* as soon as it is clear, or -EINVAL with the words of Go's flag package.
 */
int options_parse(const struct options *o, int argc, char *const *argv, char **args, int *n_args,
		  struct err *e);

/* Frees the vectors of the struct. */
void options_free(const struct opt *table, void *values);

#endif
