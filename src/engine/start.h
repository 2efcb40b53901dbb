/* SPDX-License-Identifier: Apache-2.0 */
/**
 * start.h - let a created container's init run the user's program.
 */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include "engine/container.h"

/**
 * container_start - `start`: returns when execve has succeeded, or with its error.
 * @c: locked exclusively
 * @notify_socket: $NOTIFY_SOCKET, or NULL; given it, waits until the program is ready (see
 * notify.h)
 */
int container_start(struct container *c, const char *notify_socket, struct err *e);

/* The same for `run`, over the socket that container_create returned. @started: it was told to
 * start already. */
int container_start_over(struct container *c, int sync, bool started, struct err *e);

#endif
