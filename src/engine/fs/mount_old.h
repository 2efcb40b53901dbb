/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mount_old.h - what mount.h does, by mount(2), for kernels before 5.2 (5.12) and rare options.
 *
 * The names given to mount(2) are numbers below at->fds, with the working directory there for the
 * moment of the call. What was mounted is opened again by its path in the container's root and
 * refused unless it is a mount's root of the kind expected.
 */
#ifndef ENGINE_FS_MOUNT_OLD_H
#define ENGINE_FS_MOUNT_OLD_H

#include "engine/fs/mount.h"

int mount_old_fs(const struct mount_at *at, const struct mount_fs *fs, struct err *e);
int mount_old_bind(const struct mount_at *at, int source, bool recursive, struct err *e);
/* -ENOSYS for recursive attributes: they need mount_setattr. */
int mount_old_apply(int fds, int fd, const struct mount_change *c, struct err *e);

#endif
