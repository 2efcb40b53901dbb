/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "config.h"

static const struct opt global_opts[] = {
	O_STRING_("audit-dir", 0, struct globals, audit_dir, "DIR", "keep the audit trail in DIR"),
	O_FLAG_("debug", 0, struct globals, debug, "log what is done, step by step"),
	O_STRING_("image", 0, struct globals, image, "NAME",
		  "create containers of messages from this image, without a tag"),
	O_STRING_("log-dir", 0, struct globals, log_dir, "DIR", "keep containers' logs below DIR"),
	O_STRING_("monitor", 0, struct globals, monitor, "PATH",
		  "supervise containers by this runlet-monitor"),
	O_STRING_("ns", 'n', struct globals, ns, "NS", "the namespace of containers' names"),
	O_STRING_("ovs-db", 0, struct globals, ovs_db, "SOCKET",
		  "the socket of Open vSwitch's database"),
	O_STRING_("run-dir", 0, struct globals, run_dir, "DIR",
		  "keep what a reboot may take below DIR"),
	O_STRING_("runtime", 0, struct globals, runtime, "PATH",
		  "reach containers through this OCI runtime"),
	O_STRING_("state-dir", 0, struct globals, state_dir, "DIR", "keep records below DIR"),
	{ 0 },
};

static const struct command *const commands[] = {
	&cmd_answer,
	&cmd_apply,
	&cmd_audit_export,
	&cmd_audit_list,
	&cmd_audit_show,
	&cmd_audit_verify,
	&cmd_boot,
	&cmd_delete,
	&cmd_dhcp_event,
	&cmd_diff,
	&cmd_image_list,
	&cmd_image_prune,
	&cmd_image_pull,
	&cmd_image_remove,
	&cmd_inspect,
	&cmd_list,
	&cmd_logs,
	&cmd_operation,
	&cmd_query,
	&cmd_rollback,
	&cmd_run,
	&cmd_serve,
	NULL,
};

const struct program orchctl_program = {
	.name = "orchctl",
	.about = "containers from messages and declarative state",
	.version = "orchctl version " PACKAGE_VERSION "\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
};
