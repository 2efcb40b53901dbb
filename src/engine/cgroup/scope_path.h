/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scope_path.h - the names and places of systemd's units for containers. Pure.
 */
#ifndef ENGINE_CGROUP_SCOPE_PATH_H
#define ENGINE_CGROUP_SCOPE_PATH_H

#include "core/err.h"

/**
 * scope_path_parse - where a container's scope is.
 * @cgroups_path: "slice:prefix:name"; NULL or "" for "@slice:runlet:<id>"
 * @base: the manager's own cgroup: "" for the system's
 * @slice: the default, also for an empty slice in @cgroups_path
 * @out: "<base>/a.slice/a-b.slice/prefix-name.scope", heap
 *
 * Returns: 0, or -EINVAL.
 */
int scope_path_parse(const char *cgroups_path, const char *id, const char *base, const char *slice,
		     char **out, struct err *e);

/* The unit's name, which is the last component; borrowed. */
const char *scope_unit(const char *path);
/* The slice's, which is the one before; "-.slice" when that is none. Heap. */
char *scope_slice(const char *path);

#endif
