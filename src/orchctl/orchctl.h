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
	char *audit_dir;
	char *runtime;
	char *monitor;
	char *ns;
	char *ovs_db;
	char *image;
	bool debug;
};

/* What the library wants to know, from the global options and from where this program is: runlet
 * and runlet-monitor are beside it, or where they were installed. Directories are made. */
int globals_orch(const struct globals *g, struct orch *o, struct err *e);
/* Where the audit trail is, a heap string: --audit-dir; else "audit" below a --state-dir that was
 * given; else AUDIT_DIR. */
int globals_audit_dir(const struct globals *g, char **out, struct err *e);
#define autoorch _cleanup_(orch_done) struct orch

/* All of them, and the global options; main adds what is done before a command. */
extern const struct program orchctl_program;

extern const struct command cmd_answer;
extern const struct command cmd_apply;
extern const struct command cmd_audit_export;
extern const struct command cmd_audit_list;
extern const struct command cmd_audit_show;
extern const struct command cmd_audit_verify;
extern const struct command cmd_boot;
extern const struct command cmd_delete;
extern const struct command cmd_dhcp_event;
extern const struct command cmd_diff;
extern const struct command cmd_image_list;
extern const struct command cmd_image_prune;
extern const struct command cmd_image_pull;
extern const struct command cmd_image_remove;
extern const struct command cmd_inspect;
extern const struct command cmd_list;
extern const struct command cmd_logs;
extern const struct command cmd_operation;
extern const struct command cmd_query;
extern const struct command cmd_rollback;
extern const struct command cmd_run;
extern const struct command cmd_serve;

#endif
