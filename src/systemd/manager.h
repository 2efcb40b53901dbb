/* SPDX-License-Identifier: Apache-2.0 */
/**
 * manager.h - what is asked of systemd for a container's scope, over D-Bus.
 *
 * Each call that starts a job returns when the job is done.
 */
#ifndef SYSTEMD_MANAGER_H
#define SYSTEMD_MANAGER_H

#include "core/err.h"
#include <systemd/sd-bus.h>

/* @user: the caller's own manager, not the system's. */
int manager_open(bool user, sd_bus **out, struct err *e);

/**
 * manager_start - make a transient scope with one process in it.
 * @properties: "Name=VALUE", VALUE as in systemd/variant.h
 *
 * One of the name that has failed is forgotten first.
 */
int manager_start(sd_bus *bus, const char *unit, uint32_t pid, char *const *properties,
		  struct err *e);
/* manager_set - change properties until the unit is gone. */
int manager_set(sd_bus *bus, const char *unit, char *const *properties, struct err *e);
/* manager_stop - stop and forget; a unit that is not there is success. */
int manager_stop(sd_bus *bus, const char *unit, struct err *e);
/* manager_cgroup - the path of the cgroup that its units are below; "" for the root. Heap. */
int manager_cgroup(sd_bus *bus, char **out, struct err *e);

#endif
