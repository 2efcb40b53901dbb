/* SPDX-License-Identifier: Apache-2.0 */
/**
 * removal.h - having a container removed by a worker.
 */
#ifndef ORCH_REMOVAL_H
#define ORCH_REMOVAL_H

#include "core/json.h"
#include "orch/orch.h"

/**
 * removal_start - record it, write that the container is to go, and start who does it.
 * @data: what asked for it, for the audit trail; may be NULL
 * @lock: the container's; handed over, also on failure
 *
 * Returns: 1 a worker is at it; 0 there is no such container, nor what failed of an earlier one any
 * more; or -errno.
 */
int removal_start(const struct orch *o, const char *name, const struct json *data, int lock,
		  struct err *e);

#endif
