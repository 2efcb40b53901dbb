/* SPDX-License-Identifier: Apache-2.0 */
/**
 * create.h - creating and deleting containers, step by step.
 *
 * The caller holds the container's lock. A create that fails undoes what it did, in reverse order.
 * Whoever is killed leaves a record by which create_reconcile() finishes the undoing, so that
 * afterwards there is a whole container, or nothing.
 */
#ifndef ORCH_CREATE_H
#define ORCH_CREATE_H

#include "orch/container.h"

/* Takes the name: makes the container's directory and a record that is not complete. -EEXIST when
 * somebody has it. */
int create_reserve(const struct orch *o, const struct container *c, struct err *e);
/* All steps for a reserved name, each told to the operation's record, whose end the caller tells.
 */
int create_run(const struct orch *o, const char *ns, const char *name, struct err *e);
/* Removes a container and all that belongs to it, in whatever state. None there: 0. */
int create_remove(const struct orch *o, const char *ns, const char *name, struct err *e);

/* Brings one container's directory to a whole container or to nothing after a crash. Returns 1
 * when a whole container is there, 0 when there is none now; or -errno. */
int create_reconcile(const struct orch *o, const char *ns, const char *name, struct err *e);

#endif
