/* SPDX-License-Identifier: Apache-2.0 */
/**
 * procfs.h - the only way to /proc.
 *
 * The handle is a descriptor that was verified to be the root of a procfs (magic number and inode),
 * and every path below it is opened without crossing mounts or following symlinks, so that nothing
 * that was mounted over a file of /proc can take its place (CVE-2019-16884, CVE-2025-52881).
 * Magic links (ns/net, exe, fd/N) are followed only by procfs_open_link.
 */
#ifndef CORE_PROCFS_H
#define CORE_PROCFS_H

#include "core/err.h"
#include "core/str.h"

/* procfs_open_root - a verified handle on the host's /proc. Returns an fd. */
int procfs_open_root(struct err *e);

/* procfs_open - open a file by its path below the handle, e.g. "self/attr/exec". Returns an fd.
 * "self" and "thread-self" in front stand for the caller as this procfs numbers it. -EXDEV when
 * something is mounted on the way, -ELOOP for any other symlink. */
int procfs_open(int proc, const char *path, int flags, struct err *e);
/* procfs_open_link - the same, following a magic link in the last component, which is not the
 * only one. */
int procfs_open_link(int proc, const char *path, int flags, struct err *e);
int procfs_read(int proc, const char *path, size_t max, struct str *out, struct err *e);
/* One write(2), as attributes need it; a part only is -EIO. */
int procfs_write(int proc, const char *path, const char *text, size_t len, struct err *e);

/* What /proc/PID/stat says of a process. */
struct proc_stat {
	char state;	       /* 'R', 'S', 'Z', … */
	uint64_t start_time;   /* clock ticks after boot: with the boot id, a process's identity */
	unsigned kernel_flags; /* PF_* */
	int exit_status;       /* of a zombie, as waitpid gives it */
};
#define PROC_PF_EXITING 0x4	/* on its way out; a pid 1 is, until its last child was reaped */
#define PROC_PF_FORKNOEXEC 0x40 /* forked, and has not called execve since */

/* Reads the text of a stat file, which need not end with a NUL. Returns 0 or -EINVAL. */
int proc_stat_parse(const char *text, size_t len, struct proc_stat *out);

/* Returns 1 and fills *out, 0 when there is no such process, or -errno. */
int procfs_stat(int proc, pid_t pid, struct proc_stat *out, struct err *e);

/* A mask in /proc/self/status, such as SigIgn or CapBnd. */
struct proc_mask {
	const char *name;
	uint64_t value;
};

/* Fills in the caller's own; for a child between fork and exec, too. Returns 0, -EINVAL when one of
 * the names is not there, or -errno. */
int procfs_own_masks(int proc, struct proc_mask *masks, size_t n);

/* The boot's id, 36 characters and a NUL. */
int procfs_boot_id(int proc, char out[37], struct err *e);

#endif
