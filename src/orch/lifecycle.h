/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lifecycle.h - starting and stopping a whole container, by its monitor.
 *
 * The caller holds the container's lock. What is wanted is written before it is done, so that after
 * a crash "orchctl boot" does the rest.
 */
#ifndef ORCH_LIFECYCLE_H
#define ORCH_LIFECYCLE_H

#include "orch/container.h"

#define LIFECYCLE_STOP_MS 10000 /* from SIGTERM to SIGKILL */

/* Wanted to run: network and monitor are brought up. One that runs stays alone. */
int lifecycle_start(const struct orch *o, struct container *c, struct err *e);
/* Of one that runs: the network that it is to have, as far as it is missing. */
int lifecycle_mend(const struct orch *o, struct container *c, struct err *e);
/* Wanted not to run: SIGTERM, after LIFECYCLE_STOP_MS SIGKILL; the network goes, too. */
int lifecycle_stop(const struct orch *o, struct container *c, struct err *e);
/* Both, but the network stays. */
int lifecycle_restart(const struct orch *o, struct container *c, struct err *e);

#endif
