/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h - the configuration's mounts and paths as a checked list of operations. Pure.
 */
#ifndef ENGINE_FS_PLAN_H
#define ENGINE_FS_PLAN_H

#include "engine/fs/options.h"
#include "libocispec/config.h"

enum mount_op_kind {
	MOUNT_OP_FS = 1,  /* a new file system instance of op->type */
	MOUNT_OP_BIND,	  /* a tree that exists already */
	MOUNT_OP_CGROUP,  /* the container's view of the cgroup hierarchies */
	MOUNT_OP_REMOUNT, /* change the attributes of what is mounted at the destination */
};

struct mount_op {
	enum mount_op_kind kind;
	const struct oci_mount *mount; /* as configured; borrowed */
	char *dest;		       /* absolute in the container, cleaned */
	/* MOUNT_OP_BIND: absolute on the host, or, with source_inside, in the container */
	char *source;
	bool source_inside;
	bool late_readonly; /* "ro" of /dev: set when everything in it is made */
	bool needs_mode;    /* tmpfs without mode=: takes that of what it covers */
	struct mount_options options;
	int source_fd;	     /* opened before anything is mounted; -1 before */
	bool source_is_tree; /* source_fd is a detached copy of the tree, or a new file system */
};

struct rootfs_plan {
	struct mount_op *ops;
	size_t n;
	bool fill_dev;	   /* /dev is not the host's: make the devices and links in it */
	bool dev_readonly; /* some op has late_readonly */
};

/* Whether any mount shows a tree that exists already: then rootfs_plan_new needs the bundle. */
bool plan_has_binds(const struct oci_config *c);

/**
 * rootfs_plan_new - turn a configuration into operations.
 * @bundle: absolute; relative sources of binds are below it
 * @root_path: canonical; a bind's source below it is looked up inside the container, when its turn
 *   comes, so that it sees the mounts made before it and its symlinks cannot leave
 *
 * Returns: 0, or -EINVAL: `invalid mount "DEST": …`, `linux.maskedPaths[N]: …`.
 */
int rootfs_plan_new(const struct oci_config *c, const char *bundle, const char *root_path,
		    struct rootfs_plan **out, struct err *e);
void rootfs_plan_free(struct rootfs_plan *p); /* closes source_fd of each op */
void rootfs_plan_free_p(struct rootfs_plan **p);

/* Puts runc's words for a failed mount in front: `error mounting "SRC" to rootfs at "DEST": `. */
int mount_op_wrap(const struct mount_op *op, struct err *e);

/* "/a//./b/../c/" is "/a/c"; ".." stops at "/"; a relative path is taken from "/". Heap. */
char *path_clean(const char *path);
/* Whether @path is @dir or below it; both absolute and clean. Gives the rest ("" or "/…"). */
const char *path_below(const char *path, const char *dir);

/* "/proc" and "/sys", whose meaning nothing may change; and whether a cleaned destination is one.
 */
#define PLAN_VIEWS 2
extern const char *const plan_views[PLAN_VIEWS];
bool plan_is_kernel_view(const char *dest);

/**
 * plan_check_proc - whether something may be mounted there, as far as /proc is concerned.
 * @resolved: where the target really is in the container, after symlinks
 * @dest: as configured, cleaned
 * @is_proc: what is mounted is the root of a procfs
 *
 * A mount inside /proc could make the runtime, or the container's own tools, read and write
 * something else (CVE-2019-16884, CVE-2019-19921); only files that lxcfs and its like replace are
 * let through.
 *
 * Returns: 0, or -EINVAL with runc's text.
 */
int plan_check_proc(const char *resolved, const char *dest, bool is_proc, struct err *e);

/* Whether it shows other ids than the file system has. */
static inline bool mount_op_is_mapped(const struct mount_op *op)
{
	return op->mount->n_uid_mappings || op->mount->n_gid_mappings ||
	       (op->options.words & (MOUNT_OPT_IDMAP | MOUNT_OPT_RIDMAP));
}

#endif
