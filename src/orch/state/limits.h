/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limits.h - a container's memory and time of processors, changed while it is there.
 */
#ifndef ORCH_STATE_LIMITS_H
#define ORCH_STATE_LIMITS_H

#include "orch/container.h"

/* What the record says becomes so for the container that runs, by "RUNTIME update". */
int limits_update(const struct orch *o, const struct container *c, struct err *e);
/* ... and for its next starts, in its config.json. */
int limits_rewrite(const struct orch *o, const struct container *c, bool running, struct err *e);

#endif
