/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command.h - programs as tables: one row per command, one row per option.
 *
 * The same rows parse the command line, print --help, write the shell completions and are compared
 * with the man pages. Options are accepted as --name value, --name=value, -name value, -name=value,
 * -n value and -n=value (as Go's urfave/cli does), before and after positional arguments unless the
 * command says COMMAND_STOP_AT_ARG, in which case everything after the first positional is left
 * alone. "--" ends the options. A bool may be given as --flag=true or =false. Letters may share a
 * dash (-ti) where no option has that name. -h, --help, help and --version, -v need no row, nor do
 * the hidden commands dump-commands (program_dump) and completion SHELL (program_complete).
 *
 * A command of two words ("bridge add") belongs to a group, which its first word names: "PROGRAM
 * bridge" and "PROGRAM bridge --help" show the group's commands.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/err.h"
#include "core/names.h"
#include "core/record.h"
#include <stdio.h>

enum opt_kind {
	OPT_FLAG,     /* bool */
	OPT_STRING,   /* char *: borrowed from argv; the last one wins; NULL when it is empty, which
		       * scripts take for not given */
	OPT_STRV,     /* char **: heap vector, repeatable; run() frees a command's, program_main the
		       * program's */
	OPT_INT,      /* int64_t */
	OPT_ENUM,     /* int, from a names table */
	OPT_DURATION, /* struct opt_int: nanoseconds, written as Go does */
};

struct opt {
	const char *name; /* without dashes; NULL ends the table */
	char letter;	  /* or 0 */
	enum opt_kind kind;
	size_t offset;		  /* in the command's argument struct */
	const char *arg;	  /* the value's name in help, e.g. "FILE"; NULL for flags */
	const char *help;	  /* one sentence without a full stop */
	const struct name *names; /* OPT_ENUM */
	bool hidden;		  /* accepted, not shown (crun's and older names) */
	const char *bad_name; /* OPT_ENUM: what to say of another one; NULL: what Go's flag package
			       * says of a value */
};

/* An offset that does not compile when the member has another type. */
#define OPT_OFF(type, member, want)                                                                \
	(offsetof(type, member) +                                                                  \
	 0 * sizeof(char[1 - 2 * !__builtin_types_compatible_p(__typeof__(((type *)0)->member),    \
							       want)]))

/* Rows: name, letter or 0, the argument struct and its member, the value's name, the help. */
#define O_FLAG_(n, l, t, m, h)                                                                     \
	{                                                                                          \
		.name = n, .letter = l, .kind = OPT_FLAG, .offset = OPT_OFF(t, m, bool), .help = h \
	}
#define O_STRING_(n, l, t, m, a, h)                                                                \
	{                                                                                          \
		.name = n, .letter = l, .kind = OPT_STRING, .offset = OPT_OFF(t, m, char *),       \
		.arg = a, .help = h                                                                \
	}
#define O_STRV_(n, l, t, m, a, h)                                                                  \
	{                                                                                          \
		.name = n, .letter = l, .kind = OPT_STRV, .offset = OPT_OFF(t, m, char **),        \
		.arg = a, .help = h                                                                \
	}
#define O_INT_(n, l, t, m, a, h)                                                                   \
	{                                                                                          \
		.name = n, .letter = l, .kind = OPT_INT, .offset = OPT_OFF(t, m, int64_t),         \
		.arg = a, .help = h                                                                \
	}
#define O_ENUM_(n, l, t, m, a, tab, h)                                                             \
	{                                                                                          \
		.name = n, .letter = l, .kind = OPT_ENUM, .offset = OPT_OFF(t, m, int), .arg = a,  \
		.names = tab, .help = h                                                            \
	}

enum {
	COMMAND_STOP_AT_ARG = 1, /* options end at the first positional */
	COMMAND_HIDDEN = 2,
	COMMAND_NEW_ID = 4, /* its ID names nothing yet: not to be completed */
};

struct command {
	const char *name;     /* "run", or "bridge add" */
	const char *synopsis; /* positionals, e.g. "ID [SIGNAL]" */
	const char *about;    /* one sentence, with full stop */
	const struct opt *opts;
	size_t args_size;	/* of the argument struct, which starts zeroed */
	int min_args, max_args; /* positionals; -1: any number */
	/* @global: the program's global options. Returns the exit status; a negative errno after
	 * filling e is an error, which main reports, with exit status 1. */
	int (*run)(const void *global, void *args, int argc, char **argv, struct err *e);
	unsigned flags;
};

struct program {
	const char *name; /* "runlet" */
	const char *about;
	const char *version;	/* what --version prints, whole, with newline */
	const struct opt *opts; /* global options */
	size_t globals_size;
	const struct command *const *commands; /* NULL-terminated */
	/* Called once the options are read, before the command and before an error in its options
	 * is reported, so that it reaches the log; may be NULL. @c is NULL when there is no such
	 * command. Not called for help and version. */
	int (*prepare)(void *globals, const struct command *c, struct err *e);
	/* Reports a failure and gives the exit status (which bad usage does not use); @c may be
	 * NULL. */
	int (*fail)(const void *globals, const struct command *c, const struct err *e);
};

/* The length of the group's name, 0 without one; and the name within the group. */
size_t command_group_len(const struct command *c);
const char *command_own_name(const struct command *c);
bool command_is_in(const struct command *c, const char *group);

/* Parses, runs, returns the exit status. argv itself is not changed. Unknown command: `No help
 * topic for 'x'`, 3. Bad option: usage on stdout, the error through fail(), 1. */
int program_main(const struct program *p, int argc, char **argv);

/* For the completions and the man page check: one line per option or command, tab-separated:
 * COMMAND <tab> --name,-n <tab> ARG-or-empty <tab> help. COMMAND is empty for global options; a
 * command's own line has no option, its synopsis as ARG and its about as help. Hidden ones are not
 * there. */
void program_dump(const struct program *p, FILE *out);

/* Writes the completion script for "bash", "zsh" or "fish". An ID in a synopsis is completed with
 * what the program's "list -q" prints. Returns 0 or -EINVAL for another shell. */
int program_complete(const struct program *p, const char *shell, FILE *out);

#endif
