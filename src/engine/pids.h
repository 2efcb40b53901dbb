/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pids.h - the processes of a container, also of one without a cgroup.
 */
#ifndef ENGINE_PIDS_H
#define ENGINE_PIDS_H

#include "engine/container.h"

/**
 * container_pids - the pids, as the caller sees them, of every process of a container.
 * @pids: heap
 *
 * The cgroup knows them. Without one (rootless) those in the container's pid namespace, and below,
 * are its own, as far as the caller may look into them.
 *
 * Returns: 0; -EOPNOTSUPP, it has neither a cgroup nor a pid namespace of its own.
 */
int container_pids(struct container *c, pid_t **pids, size_t *n, struct err *e);

/* container_signal_pids - signal each process that container_pids finds, and no other. */
int container_signal_pids(struct container *c, int sig, struct err *e);

#endif
