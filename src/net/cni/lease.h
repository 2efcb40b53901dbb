/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lease.h - addresses that are given out, a file for each: <data_dir>/<network>/<address>.
 *
 * The layout is that of the CNI project's host-local plugin, so that both may serve one network: a
 * file has the container's id and the interface in lines of their own, "lock" is locked while
 * something changes, "last_reserved_ip.N" is where the search goes on. Ours have a third line, the
 * id of the boot: what was given out before the last boot is free. So is an empty file, which is
 * what a kill at the wrong moment leaves.
 */
#ifndef NET_CNI_LEASE_H
#define NET_CNI_LEASE_H

#include "net/cni/range.h"

#define LEASE_DIR_DEFAULT "/var/lib/cni/networks"

struct lease_store; /* open and locked */

/* lease_open - @data_dir NULL: LEASE_DIR_DEFAULT. @make: else 0 is returned when it is not there.
 * Returns 1, 0 or -errno. */
int lease_open(const char *data_dir, const char *network, bool make, struct lease_store **out,
	       struct err *e);
void lease_close(struct lease_store *s);
void lease_close_p(struct lease_store **s);
#define autolease _cleanup_(lease_close_p) struct lease_store

struct lease_owner {
	const char *container, *ifname;
};

/* lease_take - this address. -EADDRINUSE when somebody else has it; that the owner has it is fine.
 */
int lease_take(struct lease_store *s, const struct ip *a, const struct lease_owner *o,
	       struct err *e);

/* lease_next - the next free one of set number @index. -EADDRNOTAVAIL when all are given out. */
int lease_next(struct lease_store *s, const struct range_set *set, size_t index,
	       const struct lease_owner *o, struct ip *out, struct err *e);

/* lease_give_back - all that an owner has. Returns how many those were, or -errno. */
int lease_give_back(struct lease_store *s, const struct lease_owner *o, struct err *e);

/* lease_count - how many an owner has, or -errno. */
int lease_count(struct lease_store *s, const struct lease_owner *o, struct err *e);

/* lease_keep - give back those of owners for whom @keep says no, and what is of an earlier boot.
 * Returns how many, or -errno. */
int lease_keep(struct lease_store *s, bool (*keep)(const struct lease_owner *o, void *data),
	       void *data, struct err *e);

#endif
