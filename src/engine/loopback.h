/* SPDX-License-Identifier: Apache-2.0 */
/**
 * loopback.h - the one interface that every new network namespace has.
 */
#ifndef ENGINE_LOOPBACK_H
#define ENGINE_LOOPBACK_H

#include "core/err.h"

/* Bring "lo" of the calling process's network namespace up. */
int loopback_up(struct err *e);

#endif
