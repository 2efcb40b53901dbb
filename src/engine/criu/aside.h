/* SPDX-License-Identifier: Apache-2.0 */
/**
 * aside.h - something done by a process of its own, because of what it changes there.
 */
#ifndef ENGINE_CRIU_ASIDE_H
#define ENGINE_CRIU_ASIDE_H

#include "core/err.h"

/**
 * aside - call @f(@data) in a child, and wait for it.
 *
 * Returns: 0, or what @f returned below 0, with its error.
 */
int aside(int (*f)(const void *data, struct err *e), const void *data, struct err *e);

#endif
