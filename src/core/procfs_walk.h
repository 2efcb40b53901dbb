/* SPDX-License-Identifier: Apache-2.0 */
/**
 * procfs_walk.h - the way below /proc without openat2; for core/procfs.c.
 */
#ifndef CORE_PROCFS_WALK_H
#define CORE_PROCFS_WALK_H

/**
 * procfs_walk - open a path with the answers of openat2(RESOLVE_BENEATH | RESOLVE_NO_XDEV |
 * RESOLVE_NO_SYMLINKS), each component checked to be of the handle's own mount.
 *
 * Returns: a descriptor or -errno.
 */
int procfs_walk(int proc, const char *path, int flags);

#endif
