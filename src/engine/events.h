/* SPDX-License-Identifier: Apache-2.0 */
/**
 * events.h - what a container uses and what befalls it, as it goes on.
 */
#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

#include "engine/cgroup/stats.h"
#include "engine/container.h"

struct event_sink {
	/* Each returns 0, or a negative errno, which ends container_events with it. */
	int (*stats)(const struct cgroup_stats *s, void *data, struct err *e);
	int (*oom)(void *data, struct err *e);
	void *data;
};

/* Statistics, now and once. -ESRCH, "container with id ID is not running". */
int container_stats(struct container *c, struct cgroup_stats *out, struct err *e);

/**
 * container_events - statistics at every interval, and each time it runs out of memory.
 * @interval_ms: above 0; the first statistics come after one
 *
 * Returns: 0 when the container's cgroup has come to its end: v1's when it is removed, v2's when
 * the last process has ended; -ESRCH as above; or -errno.
 */
int container_events(struct container *c, int64_t interval_ms, const struct event_sink *sink,
		     struct err *e);

#endif
