/* SPDX-License-Identifier: Apache-2.0 */
/**
 * process.h - from a child of the runtime to the user's program: shared by create and exec.
 *
 * process_prepare runs in the parent and does all that can be done there (names to masks, the
 * seccomp program, the environment); process_become and process_exec run in the child, inside the
 * container's namespaces and root.
 */
#ifndef ENGINE_INIT_PROCESS_H
#define ENGINE_INIT_PROCESS_H

#include "core/err.h"
#include "engine/security/caps.h"
#include "engine/security/seccomp.h"
#include "libocispec/config.h"

struct process_plan {
	const struct oci_process *spec;
	const struct oci_linux *linux_; /* may be NULL */
	int preserve_fds;
	bool make_cwd;	  /* create makes a missing cwd, exec does not */
	bool keep_groups; /* setgroups is denied here */
	bool is_bounded;  /* the bounding set was dropped and verified already */
	int proc;	  /* the host's procfs, for labels; -1 when none are to be set */
	const char *cpus; /* affinity to take, a cpu list; NULL: all that the cpuset allows */
	int notify_sock;  /* sync socket that takes the seccomp listener */
	/* filled by process_prepare */
	struct caps caps;
	struct seccomp_program seccomp;
	bool has_seccomp;
	char **env;
	/* filled by process_become */
	char *path; /* of the program, inside the container */
};

/* @seccomp: NULL for none. @cache_dirfd: of compiled profiles, or -1. @env_extra: entries to add,
 * such as LISTEN_FDS; may be NULL. */
int process_prepare(struct process_plan *p, const struct oci_seccomp *seccomp, int cache_dirfd,
		    char *const *env_extra, struct err *e);
void process_done(struct process_plan *p);

/**
 * process_become - take on everything the configuration says of the process but the program.
 *
 * In this order: attributes that need privilege, labels, working directory, bounding set, ids,
 * capabilities, the program looked up. Afterwards all of it is re-read, and a difference is an
 * error. Call with the container's root as root.
 */
int process_become(struct process_plan *p, struct err *e);

/* The labels alone: for a parent whose child, inheriting them, must not hold @p->proc. The caller
 * then makes that -1. */
int process_set_labels(const struct process_plan *p, struct err *e);

/* Load the seccomp program if that is still to be done, and execve. Returns only on failure. */
int process_exec(struct process_plan *p, struct err *e);

/**
 * process_close_fds - close what the program must not see, from 3 + @preserve on.
 * @keep: descriptors that stay for now, all close-on-exec; negative ones are skipped
 */
int process_close_fds(int preserve, const int *keep, size_t n_keep, struct err *e);

/**
 * process_check_ran - the sync stream has ended: because of execve, or of an early death?
 * @proc: the host's procfs
 * @pid, @pidfd: of the process; when it is the caller's child it must not be reaped yet
 *
 * The kernel clears the flag before it closes the stream, and keeps it of a zombie. When another
 * has reaped it, only how it ended is known (6.15): our own code ends with a word, so that only by
 * SIGKILL it can have ended before execve; which is then what is said.
 *
 * Returns: 0 when it runs, ran, or nobody can tell any more; -ECHILD when it died before execve.
 */
int process_check_ran(int proc, pid_t pid, int pidfd, struct err *e);

#endif
