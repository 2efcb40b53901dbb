/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scope.h - the systemd unit behind a container's cgroup.
 *
 * systemd makes and removes the directory, and tells from the unit's properties what it will write
 * there later (daemon-reload). All else is as with every other cgroup: in its files.
 *
 * A program, runlet-systemd, speaks D-Bus; these wait for it.
 */
#ifndef ENGINE_CGROUP_SCOPE_H
#define ENGINE_CGROUP_SCOPE_H

#include "engine/cgroup/place.h"

/* Whether the manager is the caller's own, so that permission errors are forgiven. */
bool scope_of_user(void);

/* scope_plan - a scope's path, as scope_path_parse; of a user, asks the manager where it is. */
int scope_plan(const char *cgroups_path, const char *id, char **path, struct err *e);

/* scope_start - make the unit with a process in it. @properties: besides the usual ones */
int scope_start(const char *path, const char *id, pid_t pid, char *const *properties,
		struct err *e);
int scope_set(const char *path, char *const *properties, struct err *e);
/* scope_stop - stop and forget the unit; absent is success. */
int scope_stop(const char *path, struct err *e);

#endif
