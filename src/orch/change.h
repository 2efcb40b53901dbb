/* SPDX-License-Identifier: Apache-2.0 */
/**
 * change.h - what every message that changes a container does first: the lock, and the audit trail.
 */
#ifndef ORCH_CHANGE_H
#define ORCH_CHANGE_H

#include "orch/audit.h"
#include "orch/container.h"

/* The container's lock, unless an operation is in progress: then -EBUSY and the cloud agent's
 * words. Returns a descriptor. */
int change_lock(const struct orch *o, const char *name, struct err *e);

/* Lock and record of a container that is there, whole: -ENOENT, "Device not found: NAME", without.
 * Returns the lock's descriptor. */
int change_open(const struct orch *o, const char *name, struct container *c, struct err *e);

/* One line of the trail, in the words of @what, before the change is made. */
int change_record(const struct orch *o, enum audit_operation op, const char *name, const char *what,
		  const struct json *data, struct err *e);
/* That it failed, for what was recorded before; what cannot be recorded is in the log. */
void change_record_failure(const struct orch *o, enum audit_operation op, const char *name,
			   const struct err *failure);

#endif
