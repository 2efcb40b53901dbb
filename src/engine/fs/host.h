/* SPDX-License-Identifier: Apache-2.0 */
/**
 * host.h - the one place, besides mount_tree_clone_host, where a path of the host is opened by
 * name.
 *
 * For the bundle and its root, the sources of binds, the host's devices and cgroups: what the
 * configuration names, or what only the host's root can change. Never for a path that an image or
 * a container has a say in: those go through core/inroot.
 */
#ifndef ENGINE_FS_HOST_H
#define ENGINE_FS_HOST_H

#include "core/err.h"

/* Opens O_PATH and O_CLOEXEC, besides @flags. Returns an fd, or -errno ("open PATH: …"). */
int host_open(const char *path, int flags, struct err *e);

#endif
