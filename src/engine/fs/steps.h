/* SPDX-License-Identifier: Apache-2.0 */
/**
 * steps.h - the pieces of the five calls of rootfs.h, each in the file that it is named after.
 *
 * All take the struct rootfs of the call, return 0 or -errno, and name in the error what in the
 * configuration it was for.
 */
#ifndef ENGINE_FS_STEPS_H
#define ENGINE_FS_STEPS_H

#include "engine/fs/mount.h"
#include "engine/fs/plan.h"
#include "engine/fs/rootfs.h"
#include "engine/fs/target.h"

/* rootfs.c: what is mounted at @resolved may cover what the descriptors of "/", "/dev", "/proc" and
 * "/sys" show.
 * rootfs_covered gives it their place, and takes *fd then. */
void rootfs_forget_dev(struct rootfs *r, const char *resolved);
void rootfs_covered(struct rootfs *r, const char *resolved, bool is_tmpfs, int *fd);

/**
 * rootfs_view - where a protected path is to be looked for.
 * @path: absolute and clean
 *
 * A directory in which something is mounted can be renamed by whoever shares it in another mount
 * namespace. What is below "/proc" or "/sys" is protected in the very mount that was made there,
 * whatever the image calls so by now. Returns a descriptor, borrowed, and in *below the path in it.
 */
int rootfs_view(const struct rootfs *r, const char *path, const char **below);

/* filesystem.c: a new instance of a file system (MOUNT_OP_FS). */
int filesystem_mount(struct rootfs *r, const struct mount_op *op, struct err *e);
/* In the parent: those with id mappings, which only the host's root may give. */
int filesystem_open_mapped(struct rootfs *r, struct err *e);

/* bind.c: MOUNT_OP_BIND and MOUNT_OP_REMOUNT. */
int bind_open_sources(struct rootfs *r, struct err *e);
int bind_mount(struct rootfs *r, const struct mount_op *op, struct err *e);
int bind_remount(struct rootfs *r, const struct mount_op *op, struct err *e);
/* In the parent: detached trees for the binds that the child may not open or map by itself. */
int bind_open_trees(struct rootfs *r, struct err *e);

/* idmap.c: change the ids that @tree shows, as op's (or the container's) mappings say. */
int idmap_apply(struct rootfs *r, const struct mount_op *op, int tree, struct err *e);

/* cgroup_view.c: MOUNT_OP_CGROUP. */
int cgroup_view_mount(struct rootfs *r, const struct mount_op *op, struct err *e);

/* copyup.c: copy what directory @from holds into the new tmpfs @to. Both may be O_PATH. */
int copyup(int from, int to, struct err *e);

/* devices.c: the default devices and linux.devices. */
int devices_check(const struct oci_linux *l, struct err *e); /* pure; NULL is fine */
int devices_make(struct rootfs *r, struct err *e);
/* dev_links.c: /dev/fd, stdin, stdout, stderr, core, ptmx. */
int dev_links_make(struct rootfs *r, struct err *e);

/* pivot.c */
int pivot_isolate(struct rootfs *r, struct err *e); /* nothing mounted here reaches the host */
int pivot_bind_root(struct rootfs *r, struct err *e);
int pivot_enter(struct rootfs *r, struct err *e);

/* mask.c */
int mask_open_null(struct rootfs *r, struct err *e); /* before the host's tree is gone */
int mask_readonly_paths(struct rootfs *r, struct err *e);
int mask_paths(struct rootfs *r, struct err *e);

/* verify.c: re-read from the kernel, and refuse on a difference. */
int verify_readonly_fd(int fd, const char *what, struct err *e);
/* @path is on a read-only mount, or hidden. */
int verify_readonly(int root, const char *path, struct err *e);
/* @path is /dev/null, or a directory of the file system @mask_dev, or hidden. */
int verify_masked(int root, const char *path, dev_t mask_dev, struct err *e);
/* 0 when @fd is the null device. */
int verify_null_device(int fd, struct err *e);

static inline struct target_root target_root_of(const struct rootfs *r)
{
	return (struct target_root){
		.root = r->root_fd,
		.root_path = r->real_root,
		.fds = r->fds,
		.dev = r->dev_fd,
	};
}

static inline struct mount_at mount_at_of(const struct rootfs *r, const char *path, int target)
{
	return (struct mount_at){
		.target = target,
		.root = r->root_fd,
		.path = path,
		.fds = r->fds,
	};
}

#endif
