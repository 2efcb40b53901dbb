/* SPDX-License-Identifier: Apache-2.0 */
/**
 * inroot_walk.h - a path resolved below a root component by component; for core/inroot.c.
 */
#ifndef CORE_INROOT_WALK_H
#define CORE_INROOT_WALK_H

#include "core/base.h"

/* What to make of components that are missing. Modes are subject to the umask. */
struct inroot_make {
	mode_t dir_mode;
	bool file; /* the last component is an empty regular file */
	mode_t file_mode;
};

/**
 * inroot_walk - resolve and open with the answers of openat2(RESOLVE_IN_ROOT |
 * RESOLVE_NO_MAGICLINKS).
 * @make: NULL to make nothing
 *
 * Each directory on the way is held open, and ".." goes back to the one before, so that a rename at
 * the same time cannot lead out of the root. Needs a descriptor per level.
 *
 * Returns: a descriptor or -errno; -EAGAIN when a component changed under the walk.
 */
int inroot_walk(int root, const char *path, int flags, const struct inroot_make *make);

#endif
