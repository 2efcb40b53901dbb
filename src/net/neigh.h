/* SPDX-License-Identifier: Apache-2.0 */
/**
 * neigh.h - neighbours: which link-layer address an IP address has (ARP, NDP).
 */
#ifndef NET_NEIGH_H
#define NET_NEIGH_H

#include "core/names.h"
#include "net/ip.h"
#include "net/mac.h"
#include "net/nl.h"
#include <linux/neighbour.h>

struct neigh {
	int index;    /* the interface's */
	struct ip ip; /* prefix 32 or 128 */
	bool has_mac;
	struct mac mac;
	uint16_t state; /* NUD_* */
	uint8_t flags;	/* NTF_* */
};

/* "permanent", "reachable", "stale", "delay", "probe", "failed", "incomplete", "noarp", "none". */
extern const struct name neigh_state_names[];

/* neigh_list - @index: of one interface, 0: of all; @family: 0: both. *out is on the heap. */
int neigh_list(struct nl *nl, int index, int family, struct neigh **out, size_t *n, struct err *e);
/* neigh_add - a permanent one. @replace: one that is there gives way; else -EEXIST. */
int neigh_add(struct nl *nl, int index, const struct ip *ip, const struct mac *mac, bool replace,
	      struct err *e);
/* neigh_del - -ENOENT when there is none. */
int neigh_del(struct nl *nl, int index, const struct ip *ip, struct err *e);

/* neigh_read - what an RTM_NEWNEIGH or RTM_DELNEIGH message says; pure. */
bool neigh_read(const struct nlmsghdr *m, struct neigh *out);

#endif
