/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netctl.h - what the commands of netctl share: the global options, and the table of commands.
 *
 * One file per command or group of commands. A command parses its options through its table, calls
 * the library, and prints.
 */
#ifndef NETCTL_NETCTL_H
#define NETCTL_NETCTL_H

#include "core/command.h"
#include "core/strv.h"

struct globals {
	bool json; /* for programs, not for people */
	bool debug;
	char *state_dir;
};

#endif
