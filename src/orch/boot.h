/* SPDX-License-Identifier: Apache-2.0 */
/**
 * boot.h - after a reboot, an upgrade or a crash: every container as it should be.
 */
#ifndef ORCH_BOOT_H
#define ORCH_BOOT_H

#include "orch/container.h"

enum boot_outcome {
	BOOT_RUNS = 1, /* it did, with its monitor, and was left alone */
	BOOT_ADOPTED,  /* it did, and has a new monitor */
	BOOT_STARTED,
	BOOT_DOWN,    /* and stays so */
	BOOT_STOPPED, /* a stop that was interrupted was finished */
	BOOT_REMOVED, /* a create or a delete that was interrupted: nothing is left of it */
	BOOT_BUSY,    /* somebody is at it */
	BOOT_WAITS,   /* for an interface of the host, which *why names */
	BOOT_FAILED,  /* why: *why */
};
extern const struct name boot_outcome_names[];

/* Told of each container, of one that waits more than once. @why: NULL when there is nothing to say
 */
typedef void boot_fn(void *data, const char *ns, const char *name, enum boot_outcome outcome,
		     const char *why);

/**
 * boot_all - all containers of all namespaces.
 * @wait_ms: how long to wait for interfaces that containers need and the host does not have yet
 *
 * Returns: how many failed or still wait; or -errno.
 */
int boot_all(const struct orch *o, int wait_ms, boot_fn *tell, void *data, struct err *e);

#endif
