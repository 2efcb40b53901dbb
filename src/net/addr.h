/* SPDX-License-Identifier: Apache-2.0 */
/**
 * addr.h - the addresses of interfaces, in the namespace of the socket.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include "net/ip.h"
#include "net/nl.h"
#include <linux/if_addr.h>

#define ADDR_FOREVER UINT32_MAX

struct addr {
	int index;		       /* the interface's */
	struct ip ip;		       /* address and prefix; a point-to-point one's own end */
	struct ip peer;		       /* the other end of a point-to-point address; else none */
	uint8_t scope;		       /* RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, … */
	uint32_t flags;		       /* IFA_F_PERMANENT, IFA_F_TENTATIVE, … */
	uint32_t valid_s, preferred_s; /* seconds left; ADDR_FOREVER */
};

/* addr_list - @index: of one interface, 0: of all; @family: AF_INET, AF_INET6, 0: both. In the
 * kernel's order. *out is on the heap. */
int addr_list(struct nl *nl, int index, int family, struct addr **out, size_t *n, struct err *e);

/* addr_first - the first global address of a family on an interface. Returns 1, 0 when it has none,
 * or -errno. */
int addr_first(struct nl *nl, int index, int family, struct addr *out, struct err *e);

struct addr_options {
	uint32_t valid_s, preferred_s; /* 0: for ever */
	bool replace;		       /* one that is there is no error, and gets these times */
	bool no_prefix_route;	       /* the kernel makes no route to the subnet */
	/* IPv6: use it at once, without asking whether it is taken. */
	bool no_dad;
};

/**
 * addr_add - give an interface an address.
 * @ip: with its prefix; of an IPv4 subnet's address the broadcast address is set, too
 * @o: NULL: for ever, and an error when it is there
 *
 * Returns: 0; -EEXIST. IPv6 on an interface where it is disabled: -EACCES (-EPERM).
 */
int addr_add(struct nl *nl, int index, const struct ip *ip, const struct addr_options *o,
	     struct err *e);
/* addr_del - -EADDRNOTAVAIL when it has no such address with this prefix. */
int addr_del(struct nl *nl, int index, const struct ip *ip, struct err *e);
/* addr_flush - all of a family (0: both) but link-local IPv6 ones. */
int addr_flush(struct nl *nl, int index, int family, struct err *e);

/* addr_read - what an RTM_NEWADDR or RTM_DELADDR message says; pure. */
bool addr_read(const struct nlmsghdr *m, struct addr *out);

#endif
