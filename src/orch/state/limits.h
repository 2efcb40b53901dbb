/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limits.h - a container's memory and time of processors, changed while it is there.
 */
#ifndef ORCH_STATE_LIMITS_H
#define ORCH_STATE_LIMITS_H

#include "orch/container.h"

/* By what the record says now and @before did not: it becomes so for the container that runs, by
 * "RUNTIME update". */
int limits_update(const struct orch *o, const struct container *before, const struct container *c,
		  struct err *e);
/* ... and for its next starts, in its config.json, of which the rest stays as it is: its image may
 * mean something else by now. */
int limits_rewrite(const struct orch *o, const struct container *before, const struct container *c,
		   struct err *e);

bool limits_memory_differs(const struct container *a, const struct container *b);
/* As the configuration and the runtime have them: bytes, of memory and swap together; microseconds
 * in a period. */
#define LIMITS_CPU_PERIOD_US 100000
int64_t limits_memory(const struct container *c);
int64_t limits_swap(const struct container *c);
int64_t limits_quota(const struct container *c);

#endif
