/* SPDX-License-Identifier: Apache-2.0 */
/**
 * shape.h - limiting what an interface sends, by the kernel's token bucket (tc-tbf(8)).
 */
#ifndef NET_SHAPE_H
#define NET_SHAPE_H

#include "net/nl.h"

/**
 * shape_set - @rate: bytes per second; @burst: bytes that may go at once.
 *
 * What waits for more than 25 ms is dropped. Returns: 0, or -errno; -EOPNOTSUPP when this kernel
 * has no tbf.
 */
int shape_set(struct nl *nl, int index, uint64_t rate, uint32_t burst, struct err *e);

/**
 * shape_receive - let all that an interface receives go through another one, an ifb, whose own
 * limit counts for it then, and come back from there.
 *
 * Returns: 0; -EOPNOTSUPP when this kernel has not what it takes; or -errno.
 */
int shape_receive(struct nl *nl, int index, int through, struct err *e);

/* shape_get - Returns 1 and the rate in bytes per second, 0 when it is not limited, or -errno. */
int shape_get(struct nl *nl, int index, uint64_t *rate, struct err *e);

#endif
