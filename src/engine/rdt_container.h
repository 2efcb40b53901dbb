/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rdt_container.h - the class of service of a container that is on record.
 */
#ifndef ENGINE_RDT_CONTAINER_H
#define ENGINE_RDT_CONTAINER_H

#include "engine/container.h"
#include "engine/rdt_stats.h"

/* Puts a further process in, 0 the caller; without a class there is nothing to do. */
int container_rdt_add(const struct container *c, pid_t pid, struct err *e);

/* Removes what was made for the container, as the state or the journal, which must be loaded when
 * there is no state, says. That resctrl is not mounted any more is success. */
int container_rdt_remove(const struct container *c, struct err *e);

/**
 * container_rdt_update - set l3CacheSchema and memBwSchema anew.
 * @undo: heap, for container_rdt_restore; NULL when nothing was changed
 *
 * Returns: 0; -ENODEV, this host lacks what is asked for; -EOPNOTSUPP, the container was created
 * without a class, and its processes would have to be collected; or the kernel's errno.
 */
int container_rdt_update(const struct container *c, const struct oci_intel_rdt *want, char **undo,
			 struct err *e);
void container_rdt_restore(const struct container *c, const char *undo);

/* Nothing to tell leaves *out as it is. */
int container_rdt_stats(const struct container *c, struct rdt_stats *out, struct err *e);

#endif
