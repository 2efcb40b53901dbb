/* SPDX-License-Identifier: Apache-2.0 */
/**
 * range.h - ranges of addresses that host-local gives out from; pure.
 *
 * A set is one family's, and gives a container one address, from whichever of its ranges.
 */
#ifndef NET_CNI_RANGE_H
#define NET_CNI_RANGE_H

#include "net/cni/conf.h"
#include "net/ip.h"

struct range {
	struct ip first, last; /* both with the subnet's prefix length */
	struct ip gateway;     /* is never given out */
};

struct range_set {
	struct range *v;
	size_t n;
};

struct range_sets {
	struct range_set *v;
	size_t n;
};

/**
 * range_sets_read - those of a configuration: runtimeConfig.ipRanges, ipam.ranges, ipam.subnet.
 *
 * Without rangeStart and rangeEnd a range is its subnet's hosts, without gateway its first address.
 *
 * Returns: 0, or -EINVAL: a range is malformed, leaves its subnet, overlaps another one, or a set
 * mixes families; or there is none at all.
 */
int range_sets_read(const struct cni_conf *c, struct range_sets *out, struct err *e);
void range_sets_done(struct range_sets *s);

/* The range of a set that an address is in, and that may give it out; NULL. */
const struct range *range_find(const struct range_set *s, const struct ip *a);

/* range_next - the address behind @a, around the ranges of a set; the first of all when @a is none
 * or in no range. Gateways are passed over. None when the set has nothing else. */
struct ip range_next(const struct range_set *s, const struct ip *a);

#endif
