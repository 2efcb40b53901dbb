/* SPDX-License-Identifier: Apache-2.0 */
/**
 * backoff.h - how long to wait before the next attempt, pure.
 */
#ifndef MONITOR_BACKOFF_H
#define MONITOR_BACKOFF_H

#include "core/base.h"

/* Doubles from @first_ms with each attempt (0, 1, 2, …) up to @most_ms. */
int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t most_ms);

#endif
