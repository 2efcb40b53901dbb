/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal_pick.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* FNV-1a: names are spread, nobody is kept from making two that meet. */
#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
#define HASH_BITS 44

/* A host and a container need two addresses; bigger pools than this are looked at in part. */
#define PREFIX_MAX 30
#define TRIES_MAX 65536

uint64_t internal_hash(const char *container, unsigned salt)
{
	uint64_t hash = FNV_BASIS + salt;

	for (; *container; container++)
		hash = (hash ^ (unsigned char)*container) * FNV_PRIME;
	return hash ^ hash >> 32;
}

void internal_ifname(const char *prefix, uint64_t hash, char out[IFNAMSIZ])
{
	uint64_t digits = hash & ((UINT64_C(1) << HASH_BITS) - 1);

	(void)snprintf(out, IFNAMSIZ, "%.2s%011" PRIx64, prefix, digits);
}

static bool is_taken(const struct ip *net, const struct ip *taken, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ip_overlaps(net, &taken[i]))
			return true;
	return false;
}

int internal_pick(const struct ip *pool, unsigned prefix, uint64_t hash, const struct ip *taken,
		  size_t n, struct ip *out, struct err *e)
{
	char text[IP_TEXT_MAX];
	uint64_t count, tries;

	if (pool->family != AF_INET || prefix > PREFIX_MAX || prefix < pool->prefix ||
	    pool->prefix < 8)
		return err_msg(e, EINVAL, "pool %s has no subnets of /%u", ip_format(pool, text),
			       prefix);
	count = UINT64_C(1) << (prefix - pool->prefix);
	tries = MIN(count, (uint64_t)TRIES_MAX);
	for (uint64_t i = 0; i < tries; i++) {
		struct ip base = ip_network(pool);
		struct ip net = ip_add(&base, ((hash + i) % count) << (32 - prefix));

		net.prefix = (uint8_t)prefix;
		if (!is_taken(&net, taken, n)) {
			*out = net;
			return 0;
		}
	}
	return err_msg(e, ENOSPC, "pool %s has no free subnet of /%u", ip_format(pool, text),
		       prefix);
}
