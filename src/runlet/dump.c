/* SPDX-License-Identifier: Apache-2.0 */
/* What the build makes the completions from, and compares the man pages with. */
#include "runlet/runlet.h"

static int run_dump(const void *global _unused_, void *args _unused_, int argc _unused_,
		    char **argv _unused_, struct err *e)
{
	program_dump(&runlet_program, stdout);
	return finish_output(e);
}

const struct command cmd_dump_commands = {
	.name = "dump-commands",
	.synopsis = "",
	.about = "Print every command and option, one a line.",
	.run = run_dump,
	.flags = COMMAND_HIDDEN,
};

static int run_completion(const void *global _unused_, void *args _unused_, int argc _unused_,
			  char **argv, struct err *e)
{
	int r = program_complete(&runlet_program, argv[0], stdout);

	if (r < 0)
		return err_msg(e, -r, "no completion for shell \"%s\"", argv[0]);
	return finish_output(e);
}

const struct command cmd_completion = {
	.name = "completion",
	.synopsis = "SHELL",
	.about = "Print the completion script for bash, zsh or fish.",
	.min_args = 1,
	.max_args = 1,
	.run = run_completion,
	.flags = COMMAND_HIDDEN,
};
