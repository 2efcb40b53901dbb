/* SPDX-License-Identifier: Apache-2.0 */
/**
 * orchestrator.h - the end of all that orchctl has on a host.
 */
#ifndef ORCH_ORCHESTRATOR_H
#define ORCH_ORCHESTRATOR_H

#include "orch/orch.h"

/* The name by which get_device_status tells of it. */
#define ORCHESTRATOR_DEVICE "__orchestrator__"

/* Deletes all containers of the namespace, then images and records; the audit trail stays. The
 * operation is on record as that of ORCHESTRATOR_DEVICE. */
int orchestrator_remove(const struct orch *o, struct err *e);

#endif
