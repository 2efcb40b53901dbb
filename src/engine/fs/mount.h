/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mount.h - attach and change mounts by descriptor.
 *
 * With the new mount calls (Linux 5.2, mount_setattr 5.12) a mount is complete before it is
 * attached, and the descriptor that comes back is that very mount, whatever happens to its path.
 * Where the kernel lacks them, or for what only mount(2) takes (data with commas, values over 255
 * bytes, rare superblock flags), mount(2) is called on names in the calling process's own
 * descriptor directory of procfs, so that no path of the container's is ever resolved.
 */
#ifndef ENGINE_FS_MOUNT_H
#define ENGINE_FS_MOUNT_H

#include "engine/fs/options.h"

/* Where a mount goes. Everything is borrowed. */
struct mount_at {
	int target;	  /* O_PATH: the directory or file to be covered, */
	const char *name; /* or (unless NULL) the directory in which this is covered: only for one
			   * that nobody else can change */
	int root;	  /* the container's root (-1: the host's) and the path in it, only for */
	const char *path; /* finding the mount again where mount(2) had to be used */
	int fds;	  /* /proc/self/fd, verified */
};

/* A new instance of a file system. */
struct mount_fs {
	const char *type;
	const char *source;  /* what mountinfo shows; for a disk its device */
	uint64_t attr;	     /* MOUNT_ATTR_* */
	uint64_t super;	     /* MS_* of the superblock */
	char *const *data;   /* "key" or "key=value"; may be NULL */
	const char *mode;    /* NULL, or the value of a further "mode=" */
	const char *context; /* NULL, or an SELinux label for a further "context=" */
};

/**
 * mount_fs_attach - mount a new file system instance.
 *
 * Returns: a descriptor of its root directory, O_PATH or better; or -errno ("mount: …").
 */
int mount_fs_attach(const struct mount_at *at, const struct mount_fs *fs, struct err *e);

/* mount_fs_create - the same, detached: for mount_tree_attach. -ENOSYS when mount(2) has to do it.
 */
int mount_fs_create(const struct mount_fs *fs, struct err *e);

/* A tree to be shown in a second place. */
struct mount_bind {
	int source;	/* O_PATH, in a mount of the calling process's namespace */
	bool is_tree;	/* source is already a detached copy of the tree: it is moved */
	bool recursive; /* with the mounts below it */
	const struct mount_change *changes;
	size_t n_changes;
};

/* mount_bind_attach - bind, with changes of attributes in force from the first moment (where the
 * kernel can). Returns a descriptor of the bound file or directory, or -errno. */
int mount_bind_attach(const struct mount_at *at, const struct mount_bind *b, struct err *e);

/**
 * mount_tree_clone - a detached copy of what @source shows; for rootfs_build's caller side.
 *
 * Closing it unattached costs a grace period of RCU. Returns an fd; -ENOSYS before Linux 5.2.
 */
int mount_tree_clone(int source, bool recursive, struct err *e);
/* The same of one mount at a path of the host, by the rules of host.h; a symlink there is itself
 * what is shown. */
int mount_tree_clone_host(const char *path, struct err *e);
/* mount_tree_attach - put a detached copy, complete as it is, where it belongs. Returns 0. */
int mount_tree_attach(const struct mount_at *at, int tree, struct err *e);

/**
 * mount_apply - change a mount's attributes and propagation.
 * @fd: the mount's root
 *
 * Attributes that the change does not name stay as they are, so that flags which the host has
 * locked never stand in the way unless the change clears them.
 */
int mount_apply(int fds, int fd, const struct mount_change *c, struct err *e);

/* Whether mount_apply can change the attributes of a whole tree at once. The answer is the kernel's
 * from the first mount_apply on, and hope before. */
bool mount_apply_is_recursive(void);

/* For tests: do without the new calls. */
void mount_force_old(bool on);

#endif
