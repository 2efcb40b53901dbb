/* SPDX-License-Identifier: Apache-2.0 */
/**
 * path.h - the grammar of cgroup paths. Pure.
 */
#ifndef ENGINE_CGROUP_PATH_H
#define ENGINE_CGROUP_PATH_H

#include "core/err.h"

#define CGROUP_PATH_MAX 2048

/**
 * cgroup_path_parse - where linux.cgroupsPath says that the container belongs.
 * @cgroups_path: NULL or "" for the default, "/<id>"; a relative one is taken below the root
 * @out: "/a/b", heap: begins with '/', no empty component, no "." or ".."
 *
 * Returns: 0, or -EINVAL: a "..", a newline, a component over 255 bytes, or the root itself.
 */
int cgroup_path_parse(const char *cgroups_path, const char *id, char **out, struct err *e);

/**
 * cgroup_sub_parse - a path below the container's cgroup, as `exec --cgroup` takes it.
 * @out: "" or "/x/y", heap
 */
int cgroup_sub_parse(const char *sub, char **out, struct err *e);

/* Writes "<path>/<file>" without the leading '/', for an *at() call on a hierarchy's root. */
#define CGROUP_FILE_MAX (CGROUP_PATH_MAX + 512)
const char *cgroup_file(char buf[CGROUP_FILE_MAX], const char *path, const char *file);

#endif
