/* SPDX-License-Identifier: Apache-2.0 */
/**
 * orchctl.h - what the commands of orchctl share: the global options, and the table of commands.
 *
 * One file per command or group of commands. A command parses its options through its table, calls
 * the library, and prints.
 */
#ifndef ORCHCTL_ORCHCTL_H
#define ORCHCTL_ORCHCTL_H

#include "core/command.h"
#include "core/strv.h"

struct globals {
	char *state_dir;
	char *runtime;
	bool debug;
};

#endif
