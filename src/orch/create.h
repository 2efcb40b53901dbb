/* SPDX-License-Identifier: Apache-2.0 */
/**
 * create.h - creating and deleting containers, step by step.
 *
 * The steps are a table (create.c): what each does, and how it is undone. A create goes down the
 * table; a delete, like a create that failed, goes up and undoes all of them, the ones that were
 * never done included: undoing needs no more than the name. So whoever is killed leaves something
 * that create_reconcile() takes the rest of the way, to a whole container or to nothing.
 *
 * The caller holds the container's lock.
 */
#ifndef ORCH_CREATE_H
#define ORCH_CREATE_H

#include "core/json.h"
#include "orch/container.h"

/* Takes the name: makes the container's directory, with the request as it was received and a record
 * that is not complete. -EEXIST when somebody has the name. */
int create_reserve(const struct orch *o, const struct container *c, const struct json *request,
		   struct err *e);

/* All steps for a reserved name, each told to the operation's record, whose end is the caller's to
 * tell. When one fails, nothing is left. */
int create_run(const struct orch *o, const char *ns, const char *name, struct err *e);

/* Has it written down that the container is to go: once this is on the disk, it will. None there:
 * 0. */
int create_condemn(const struct orch *o, const char *ns, const char *name, struct err *e);
/* Removes a container and all that belongs to it, in whatever state. None there: 0. */
int create_remove(const struct orch *o, const char *ns, const char *name, struct err *e);

/* Brings one container's directory to a whole container or to nothing after a crash, and its
 * operation's record with it, also when there is no directory. Returns 1 when a whole container is
 * there, 0 when there is none now; -EBADMSG when its record is damaged, and nobody can tell; or
 * another -errno. */
int create_reconcile(const struct orch *o, const char *ns, const char *name, struct err *e);

#endif
