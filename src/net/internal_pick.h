/* SPDX-License-Identifier: Apache-2.0 */
/**
 * internal_pick.h - the names and the subnet of an internal bridge; pure.
 */
#ifndef NET_INTERNAL_PICK_H
#define NET_INTERNAL_PICK_H

#include "net/ip.h"
#include <net/if.h>

/* internal_hash - of a container's name; @salt: another one for the same name. */
uint64_t internal_hash(const char *container, unsigned salt);

/* internal_ifname - "ib" or "iv" and 11 hexadecimal digits. */
void internal_ifname(const char *prefix, uint64_t hash, char out[IFNAMSIZ]);

/**
 * internal_pick - the first subnet of a pool, from the hash on, that overlaps none of @taken.
 * @prefix: of the subnet; longer than the pool's, at most 30
 *
 * Returns: 0; -EINVAL, the pool and the prefix make no sense; -ENOSPC.
 */
int internal_pick(const struct ip *pool, unsigned prefix, uint64_t hash, const struct ip *taken,
		  size_t n, struct ip *out, struct err *e);

#endif
