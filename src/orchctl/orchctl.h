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
#include "orch/orch.h"

struct globals {
	char *state_dir;
	char *run_dir;
	char *log_dir;
	char *runtime;
	char *monitor;
	char *ns;
	char *image;
	bool debug;
};

/* What the library wants to know, from the global options and from where this program is: runlet
 * and runlet-monitor are beside it, or where they were installed. Directories are made. */
int globals_orch(const struct globals *g, struct orch *o, struct err *e);
#define autoorch _cleanup_(orch_done) struct orch

#endif
