/* SPDX-License-Identifier: Apache-2.0 */
/**
 * internal.h - a container's internal bridge, `<name>_internal`: the host reaches the container,
 * and nothing else goes in or out.
 *
 * A MACVLAN child cannot talk to its parent's host, so a container that the host is to reach has
 * one of these besides. The bridge has the first address of a small subnet, the container's end of
 * a veth pair the second; there is no default route over it. An nft table of ours,
 * `netctl_internal`, drops what would be forwarded from or to such a bridge, whatever ip_forward
 * says, and what a container sends to an address of the host that is not its own bridge's.
 *
 * Interfaces of the host are named by a hash of the container's name ("ib" and "iv" with 11 hex
 * digits). The subnet, too, begins with the hash: the same name gets the same one where it is free,
 * that is, neither another container's nor overlapping an address or route of the host.
 */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include "core/record.h"

#define INTERNAL_POOL "10.213.0.0/16"
#define INTERNAL_PREFIX 28

struct internal_options {
	const char *state_dir;
	const char *container; /* the name without "_internal" */
	int netns;	       /* borrowed: where the other end goes */
	const char *ifname;    /* its name there; NULL: VNIC_NAME_INTERNAL */
	const char *pool;      /* NULL: INTERNAL_POOL */
	unsigned prefix;       /* of a container's subnet; 0: INTERNAL_PREFIX */
};

/* Its record. */
struct internal_net {
	char *name; /* "<container>_internal" */
	char *container;
	char *bridge;	      /* on the host */
	char *host_interface; /* the pair's end on the host */
	char *interface;      /* the pair's end in the container */
	char *subnet;	      /* NETWORK/PREFIX */
	char *host_address;
	char *address; /* the container's */
	char *mac;     /* the container's */
	char *boot_id;
};
extern const struct record internal_record;
void internal_done(struct internal_net *n);

/**
 * internal_add - make it, or put the container's end of one that is there into @netns (anew).
 * @out: may be NULL; free with internal_done
 *
 * The address stays that of the record while there is one. Undone on failure; what a kill leaves,
 * internal_remove removes.
 *
 * Returns: 0; -ENOSPC when the pool has no free subnet; or -errno.
 */
int internal_add(const struct internal_options *o, struct internal_net *out, struct err *e);

/* internal_remove - Returns 1, 0 when there is none, or -errno. Works without the namespace. */
int internal_remove(const char *state_dir, const char *container, struct err *e);

/* internal_get - the record. Returns 1, 0 when there is none, or -errno. */
int internal_get(const char *state_dir, const char *container, struct internal_net *out,
		 struct err *e);

/* internal_each - all of them. -EUCLEAN: but for records that are damaged. */
typedef int internal_each_fn(const struct internal_net *n, void *data, struct err *e);
int internal_each(const char *state_dir, internal_each_fn *fn, void *data, struct err *e);

#endif
