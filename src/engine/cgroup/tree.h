/* SPDX-License-Identifier: Apache-2.0 */
/**
 * tree.h - a cgroup directory and all that is below it, in one hierarchy.
 *
 * Paths are relative to the hierarchy's root, a borrowed descriptor. A tree may be of any depth
 * (a container can make one): two descriptors are enough, and no path grows with it.
 */
#ifndef ENGINE_CGROUP_TREE_H
#define ENGINE_CGROUP_TREE_H

#include "core/err.h"

/* Pids, without order; the same one may be there twice. */
struct pid_list {
	pid_t *v;
	size_t n, cap;
};
void pid_list_done(struct pid_list *l);
void pid_list_add(struct pid_list *l, pid_t pid);

/* Adds the processes of the cgroup and of those below it. Absent: none. */
int tree_pids(int root, const char *path, struct pid_list *out, struct err *e);

/* Writes to a file of every cgroup, from the top down; a missing file or cgroup is no error. */
int tree_write(int root, const char *path, const char *file, const char *text, struct err *e);

/**
 * tree_remove - remove the directories, the deepest first.
 *
 * Returns: 0 when nothing is left (or was there); -EBUSY, one has processes in it; or -errno.
 */
int tree_remove(int root, const char *path, struct err *e);

/* A whole cgroup file, NUL-terminated. Returns its length, -errno, or -EFBIG. */
int cgroup_read(int root, const char *path, char *out, size_t size);
/* One write. Returns 0 or -errno. */
int cgroup_write(int root, const char *path, const char *text);

#endif
