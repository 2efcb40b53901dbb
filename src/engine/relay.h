/* SPDX-License-Identifier: Apache-2.0 */
/**
 * relay.h - copy between the caller's terminal and a container's pty.
 */
#ifndef ENGINE_RELAY_H
#define ENGINE_RELAY_H

#include "core/loop.h"

struct relay;

/**
 * relay_new - put the caller's terminal in raw mode and copy both ways on the loop.
 * @master: the pty's master; taken
 *
 * Bounded: reading stops while the other side does not take what was read.
 */
struct relay *relay_new(struct loop *l, int master, struct err *e);

/* The caller's window has changed. */
void relay_resize(struct relay *r);

/* Copies out what the pty still holds, puts the terminal back, frees. NULL is allowed. */
void relay_free(struct relay *r);

#endif
