/* SPDX-License-Identifier: Apache-2.0 */
/**
 * run.h - a container as whoever is root on the host asks for, and its end.
 *
 * A cloud's messages cannot ask for that: mounts of the host and namespaces by path are not theirs.
 */
#ifndef ORCH_RUN_H
#define ORCH_RUN_H

#include "orch/run_request.h"

/**
 * run_container - make it, and wait until it runs.
 *
 * The worker goes on when the caller is killed. Returns: 0; -EEXIST, the name is in use; -EBUSY;
 * -EINVAL and others: nothing of it is left, and *e says why.
 */
int run_container(const struct orch *o, const struct run_request *r, struct err *e);

/* run_delete - stop it, remove all of it, and wait for that. Works for any container of the
 * namespace, half made ones as well. -ENOENT: there is none. */
int run_delete(const struct orch *o, const char *name, struct err *e);

#endif
