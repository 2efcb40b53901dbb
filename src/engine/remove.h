/* SPDX-License-Identifier: Apache-2.0 */
/**
 * remove.h - the end of a container: kill, delete.
 */
#ifndef ENGINE_REMOVE_H
#define ENGINE_REMOVE_H

#include "engine/container.h"

/**
 * container_kill - send a signal to init.
 *
 * Errors in runc's words: "container not running". A paused container is thawed for SIGKILL.
 */
int container_kill(struct container *c, int sig, struct err *e);

/* Signal every process of the cgroup. A stopped container is no error. */
int container_signal_all(struct container *c, int sig, struct err *e);

/* SIGKILL to init and everything that could outlive it, and wait until they are gone. */
int container_kill_all(struct container *c, struct err *e);

/* They cannot keep the container: a failure is only logged (config.md#poststop). @h may be NULL. */
void run_poststop_hooks(const struct container *c, const struct oci_hooks *h, const char *bundle);

/**
 * container_delete - remove everything that create made, and run the poststop hooks.
 * @c: locked exclusively
 * @force: kill it first if it runs
 *
 * Works for half-made and damaged containers. Returns 0 only when no process, cgroup or state is
 * left. Refuses a running or paused container without force:
 * "cannot delete container ID that is not stopped: running".
 */
int container_delete(struct container *c, bool force, struct err *e);

#endif
