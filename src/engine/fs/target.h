/* SPDX-License-Identifier: Apache-2.0 */
/**
 * target.h - the place in the container where something is mounted.
 *
 * Opened (and made, if it is missing) through core/inroot. Where symlinks had a part in it, it is
 * then asked where it really is: the descriptor's own name must be below the root, and tells
 * whether they led into /proc.
 */
#ifndef ENGINE_FS_TARGET_H
#define ENGINE_FS_TARGET_H

#include "core/err.h"
#include <limits.h>

struct target {
	int fd;			 /* O_PATH; the caller closes it */
	char resolved[PATH_MAX]; /* in the container, without symlinks */
};

enum target_kind {
	TARGET_DIR = 1,	 /* made with 0755 when missing */
	TARGET_REAL_DIR, /* the same, but its last component must not be a symlink */
	TARGET_FILE,	 /* made empty when missing */
	TARGET_EXISTING, /* never made */
};

/* Where and how to look; everything is borrowed. */
struct target_root {
	int root;	       /* the container's root */
	const char *root_path; /* its canonical path in this mount namespace */
	int fds;	       /* /proc/self/fd, verified */
	int dev;	       /* the root of a tmpfs of our own, uncovered at "/dev"; -1 */
};

/**
 * target_open - open a mount's destination.
 * @dest: absolute and clean
 *
 * Returns: 0, -ENOTDIR for TARGET_REAL_DIR on a symlink or file, -EXDEV when the way through
 * symlinks ended outside the root, which only a concurrent rename can bring about, or -errno.
 */
int target_open(const struct target_root *t, const char *dest, enum target_kind kind,
		struct target *out, struct err *e);

/* How a directory is to be covered: what is mounted at "/proc" or "/sys" never goes through a
 * symlink of the image's (CVE-2019-19921). */
enum target_kind target_kind_of_dir(const char *dest);

/* The name of an open descriptor, as the kernel knows it: canonical. @out has PATH_MAX bytes. */
int fd_path(int fds, int fd, char *out, struct err *e);

#endif
