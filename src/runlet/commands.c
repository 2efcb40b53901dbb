/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"

#include "core/log.h"

static const struct name log_format_names[] = {
	{ "text", LOG_TEXT },
	{ "json", LOG_JSON },
	{ 0 },
};

static const struct name log_level_names[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
	{ 0 },
};

static const struct opt global_opts[] = {
	O_FLAG_("debug", 0, struct globals, debug, "log what is done, step by step"),
	O_STRING_("log", 0, struct globals, log, "FILE",
		  "write the log to FILE instead of standard error"),
	{ .name = "log-format",
	  .kind = OPT_ENUM,
	  .offset = OPT_OFF(struct globals, log_format, int),
	  .arg = "FORMAT",
	  .names = log_format_names,
	  .help = "write the log as text or json",
	  .bad_name = "invalid log-format" },
	O_ENUM_("log-level", 0, struct globals, log_level, "LEVEL", log_level_names,
		"log from this level on: error, warning, info or debug"),
	O_STRING_("root", 0, struct globals, root, "DIR", "keep the state of containers below DIR"),
	O_FLAG_("systemd-cgroup", 0, struct globals, systemd_cgroup,
		"let systemd manage the cgroups, cgroupsPath being slice:prefix:name"),
	O_ENUM_("cgroup-manager", 0, struct globals, cgroup_manager, "MANAGER",
		cgroup_manager_names,
		"manage cgroups by cgroupfs, by systemd, or not at all (disabled)"),
	O_STRING_("rootless", 0, struct globals, rootless, "BOOL",
		  "ignore cgroup permission errors: true, false or auto"),
	{ .name = "criu",
	  .kind = OPT_STRING,
	  .offset = OPT_OFF(struct globals, criu, char *),
	  .arg = "PATH",
	  .help = "accepted for older callers",
	  .hidden = true },
	{ 0 },
};

static const struct command *const commands[] = {
	&cmd_checkpoint, &cmd_create, &cmd_delete, &cmd_events, &cmd_exec,    &cmd_features,
	&cmd_kill,	 &cmd_list,   &cmd_pause,  &cmd_ps,	&cmd_restore, &cmd_resume,
	&cmd_run,	 &cmd_spec,   &cmd_start,  &cmd_state,	&cmd_update,  NULL,
};

const struct program runlet_program = {
	.name = "runlet",
	.about = "Open Container Initiative runtime",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
};
