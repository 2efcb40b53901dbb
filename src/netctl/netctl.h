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

#define NETCTL_STATE_DIR "/run/netctl"

struct globals {
	bool json; /* for programs, not for people */
	bool debug;
	char *state_dir; /* never NULL: NETCTL_STATE_DIR when not given */
};

#endif
