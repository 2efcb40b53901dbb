/* SPDX-License-Identifier: Apache-2.0 */
/**
 * inroot.h - the only way to a path inside a container's root.
 *
 * @root is a directory descriptor. Paths are resolved as if it were "/": absolute symlinks and
 * ".." cannot leave it, magic links are refused (openat2 with RESOLVE_IN_ROOT and
 * RESOLVE_NO_MAGICLINKS; where the kernel lacks openat2, a component walk with the same answers).
 * -EAGAIN from a concurrent rename is retried until a deadline of 50 ms on the monotonic clock.
 * What comes back is a descriptor: use it, not the path again.
 */
#ifndef CORE_INROOT_H
#define CORE_INROOT_H

#include "core/err.h"

/* inroot_open - open what is there. @flags as open(2), without O_CREAT. Returns an O_CLOEXEC fd. */
int inroot_open(int root, const char *path, int flags, struct err *e);

/**
 * inroot_open_plain - open what is there if its path says where that is.
 *
 * With no symlink at all on the way, a path without ".." is also the name of what was opened.
 * Returns an O_CLOEXEC fd; -ELOOP or -ENOTDIR for a symlink; -ENOSYS where the kernel lacks
 * openat2; or -errno. It is only a quicker first try: -EAGAIN is not retried.
 */
int inroot_open_plain(int root, const char *path, int flags);

/**
 * inroot_mkdir_all - make a directory and its parents; open it O_PATH.
 *
 * Every new component is made relative to its parent's descriptor; a dangling symlink's target is
 * made inside the root. Set-group-id of the parent is kept.
 */
int inroot_mkdir_all(int root, const char *path, mode_t mode, struct err *e);

/* inroot_touch - like mkdir_all for the parent, then an empty regular file; opens it O_PATH. */
int inroot_touch(int root, const char *path, mode_t mode, struct err *e);

/* Opens (making it if @make_mode != 0) the parent directory and gives the last component, which is
 * never "", "." or "..": for mknodat, symlinkat, unlinkat. @name has NAME_MAX + 1 bytes. */
int inroot_open_parent(int root, const char *path, mode_t make_mode, char *name, struct err *e);

/* For tests: use the component walk even when openat2 works. */
void inroot_force_walk(bool on);

#endif
