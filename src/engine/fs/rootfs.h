/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rootfs.h - the container's file tree, built by init in its own mount namespace.
 *
 * fs/plan turns the configuration into a list of operations (pure); fs/mount performs them with
 * the new mount API, falling back to mount(2) where the kernel lacks it. Every target is a
 * descriptor from core/inroot; the root is one too. The calls below are made in this order:
 *
 *   rootfs_open      (parent, before the clone: checks and opens the root on the host)
 *   rootfs_build     root bound and private, mounts, devices, /dev symlinks, ptmx
 *   rootfs_console   the pty's slave bound on /dev/console (only with a terminal)
 *   - createContainer hooks run here, by the caller -
 *   rootfs_enter     pivot_root (or move/chroot with no_pivot), rootfsPropagation
 *   rootfs_seal      read-only root and /dev, readonlyPaths, maskedPaths; re-read and verified
 */
#ifndef ENGINE_FS_ROOTFS_H
#define ENGINE_FS_ROOTFS_H

#include "core/err.h"
#include "libocispec/config.h"

struct rootfs_plan; /* from fs/plan.h */

struct rootfs {
	const struct oci_config *config;
	const char *bundle;    /* absolute path on the host; relative mount sources are below it */
	const char *root_path; /* absolute, canonical path of the root on the host */
	int proc;	       /* a verified handle on the host's /proc; core/procfs */
	bool no_pivot;
	bool new_userns;   /* in a user namespace of its own or joined: mknod becomes bind */
	int joined_userns; /* the one that is joined, whose mappings idmap and ridmap mean; or -1 */
	bool new_cgroupns;
	const char *cgroup_path;	   /* for cgroup mounts without a cgroup namespace */
	const struct strmap *cgroup_paths; /* by hierarchy, where they differ; or NULL */
	struct rootfs_plan *plan;
	int root_fd; /* the root, O_PATH; -1 before rootfs_open */
	/* The rest is this module's own: what one step leaves for the next. */
	bool opened;	 /* false: the members below mean nothing, and nothing is held */
	char *real_root; /* root_path without symlinks */
	int fds;	 /* the child's /proc/self/fd */
	/* While it is built: the tmpfs that was mounted at "/dev", or -1; whatever is there, from
	 * the devices on. */
	int dev_fd;
	int views[2];  /* what was mounted last at "/proc" and at "/sys", or -1 */
	int null_tree; /* the host's /dev/null, detached, for masks */
};

/**
 * rootfs_open - check the root and plan the mounts, on the host, before anything is made.
 *
 * The caller fills the members up to cgroup_paths; the rest is set here. For a
 * container with a user namespace, and for mounts with id mappings, the sources of binds are
 * opened here too, with the caller's privileges.
 *
 * Error texts are runc's: "invalid rootfs: stat PATH: no such file or directory", "invalid mount
 * … : …". Returns 0 or -errno; rootfs_done is allowed after either, and without it if the struct
 * began zeroed.
 */
int rootfs_open(struct rootfs *r, struct err *e);
void rootfs_done(struct rootfs *r);

int rootfs_build(struct rootfs *r, struct err *e);
/* @slave: the pty's slave, opened in the container's devpts through TIOCGPTPEER (CVE-2025-52565).
 */
int rootfs_console(struct rootfs *r, int slave, struct err *e);
int rootfs_enter(struct rootfs *r, struct err *e);
int rootfs_seal(struct rootfs *r, struct err *e);

#endif
