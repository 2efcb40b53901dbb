/* SPDX-License-Identifier: Apache-2.0 */
/**
 * runlet.h - what the commands of runlet share: the global options, and the table of commands.
 *
 * One file per command. A command parses its options through its table, calls one function of the
 * engine, and prints.
 */
#ifndef RUNLET_RUNLET_H
#define RUNLET_RUNLET_H

#include "core/command.h"
#include "core/strv.h"
#include "engine/container.h"

struct globals {
	char *root;
	char *log;
	int log_format; /* enum log_format; 0: text */
	int log_level;	/* enum log_level; 0: the default */
	bool debug;
	bool systemd_cgroup;
	int cgroup_manager; /* enum cgroup_manager; 0: cgroupfs */
	char *rootless;	    /* "auto", "true" or "false" */
	char *criu;	    /* accepted for older callers */
};

/* --format of list and ps. */
enum output_format { OUTPUT_TABLE = 1, OUTPUT_JSON };
extern const struct name output_format_names[];

/* All of them, and the global options. main adds what --version prints, which libseccomp has a part
 * in, and what is done before and after a command. */
extern const struct program runlet_program;

extern const struct command cmd_checkpoint;
extern const struct command cmd_create;
extern const struct command cmd_delete;
extern const struct command cmd_events;
extern const struct command cmd_exec;
extern const struct command cmd_features;
extern const struct command cmd_kill;
extern const struct command cmd_list;
extern const struct command cmd_pause;
extern const struct command cmd_ps;
extern const struct command cmd_restore;
extern const struct command cmd_resume;
extern const struct command cmd_run;
extern const struct command cmd_spec;
extern const struct command cmd_start;
extern const struct command cmd_state;
extern const struct command cmd_update;

/* --format of list and ps. */
#define O_FORMAT_(t, m, h)                                                                         \
	{                                                                                          \
		.name = "format", .letter = 'f', .kind = OPT_ENUM, .offset = OPT_OFF(t, m, int),   \
		.arg = "FORMAT", .names = output_format_names, .help = h,                          \
		.bad_name = "invalid format option"                                                \
	}

/* The state root and /proc as the global options say. @make: create the root when it is missing. */
int open_runtime(const struct globals *g, bool make, struct runtime *rt, struct err *e);
static inline void runtime_close_p(struct runtime *rt)
{
	runtime_close(rt);
}
#define autoruntime _cleanup_(runtime_close_p) struct runtime

/* Open the runtime and one container of it, locked: what most commands begin with. */
int open_container(const struct globals *g, const char *id, enum container_lock lock,
		   struct runtime *rt, struct container **out, struct err *e);

/* Flush what was printed; a failure (a full disk, a closed pipe) is an error. */
int finish_output(struct err *e);

#endif
