/* SPDX-License-Identifier: Apache-2.0 */
/**
 * supervisor.h - the monitor itself: one container, from its start to its end.
 */
#ifndef MONITOR_SUPERVISOR_H
#define MONITOR_SUPERVISOR_H

#include "core/err.h"

/* Called once: with NULL when the container runs, else with why it does not. */
typedef void supervisor_ready_fn(void *data, const struct err *failure);

/**
 * supervisor_run - be the monitor of the container in @dir, until the container is to be down.
 *
 * Blocks the signals that it waits for, and becomes the reaper of its descendants.
 *
 * Returns: 0; -EALREADY when the container has a monitor; or -errno. @ready was called in any case.
 */
int supervisor_run(const char *dir, supervisor_ready_fn *ready, void *data, struct err *e);

#endif
