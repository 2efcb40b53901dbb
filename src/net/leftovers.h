/* SPDX-License-Identifier: Apache-2.0 */
/**
 * leftovers.h - what file_replace leaves when it is killed: `.NAME.<16 hexadecimal digits>`.
 */
#ifndef NET_LEFTOVERS_H
#define NET_LEFTOVERS_H

#include "core/base.h"

/* leftovers_remove - for a caller who knows that nobody is replacing that file now. What cannot be
 * removed stays. @dirfd, @path: as openat(2), of a directory; @name: NULL: of any file there. */
void leftovers_remove(int dirfd, const char *path, const char *name);

#endif
