/* SPDX-License-Identifier: Apache-2.0 */
/**
 * update.h - change the limits of a container that has processes.
 */
#ifndef ENGINE_UPDATE_H
#define ENGINE_UPDATE_H

#include "engine/container.h"

/**
 * resources_load - read an object of the form of linux.resources.
 * @path: a file of any kind; "-" is standard input
 * @out: zeroed; free with record_done(&oci_resources_record, …)
 */
int resources_load(const char *path, struct oci_resources *out, struct err *e);

/**
 * container_update - set what is in r, and leave all else as it is.
 * @rdt: l3CacheSchema and memBwSchema, or neither
 *
 * Device rules are left as they are. All or nothing: when a limit is refused, those that were set
 * before it are put back. The container may be created, running or paused.
 *
 * Returns: 0; -ESRCH, "container not running"; or as cgroup_update or container_rdt_update.
 */
int container_update(struct container *c, const struct oci_resources *r,
		     const struct oci_intel_rdt *rdt, struct err *e);

#endif
