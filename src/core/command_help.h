/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command_help.h - help texts from the tables; for core/command.c.
 */
#ifndef CORE_COMMAND_HELP_H
#define CORE_COMMAND_HELP_H

#include "core/command.h"

void help_program(const struct program *p, FILE *out);
void help_group(const struct program *p, const char *group, FILE *out);
void help_command(const struct program *p, const struct command *c, FILE *out);

#endif
