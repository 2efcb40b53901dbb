/* SPDX-License-Identifier: Apache-2.0 */
/**
 * tree.h - removing a directory with all that is in it.
 */
#ifndef ORCH_TREE_H
#define ORCH_TREE_H

#include "core/err.h"

/**
 * tree_remove - rm -r, for trees that a container or an image made.
 * @dirfd: the directory that @name is in
 * @name: one component; a file is removed, too; what is not there is no error
 *
 * Follows no symlink and enters no other file system (-EBUSY for a mount point). Any depth takes
 * two descriptors and little memory: deep directories are first moved up.
 *
 * Returns: 0 or -errno of the first that could not be removed.
 */
int tree_remove(int dirfd, const char *name, struct err *e);

#endif
