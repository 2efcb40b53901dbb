/* SPDX-License-Identifier: Apache-2.0 */
/**
 * oom.h - be told when a cgroup runs out of memory, and when it comes to its end.
 */
#ifndef ENGINE_CGROUP_OOM_H
#define ENGINE_CGROUP_OOM_H

#include "engine/cgroup/cgroup.h"

struct oom_watch;

/**
 * oom_watch_new - begin to watch.
 *
 * Returns: 1 and the watch, to be freed with oom_watch_free; 0, no memory controller has the
 * cgroup; or -errno.
 */
int oom_watch_new(const struct cgroup *cg, struct oom_watch **out, struct err *e);
/* The same of a v2 cgroup's directory. */
int oom_watch_new_v2(const char *dir, struct oom_watch **out, struct err *e);
void oom_watch_free(struct oom_watch *w);
void oom_watch_free_p(struct oom_watch **w);

/* Readable when oom_watch_read has something to tell; borrowed. */
int oom_watch_fd(const struct oom_watch *w);

/* What has happened since it was last asked; the end is, on v1, that the cgroup is removed, on v2
 * also that it has no process any more. */
enum { OOM_HAPPENED = 1, OOM_END = 2 };
/* Never waits. Returns: bits of the above, or -errno. */
int oom_watch_read(struct oom_watch *w, struct err *e);

#endif
