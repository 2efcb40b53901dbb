/* SPDX-License-Identifier: Apache-2.0 */
/**
 * route.h - routes, in the namespace of the socket.
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "net/ip.h"
#include "net/nl.h"

struct route {
	struct ip dst;	   /* a subnet; prefix 0: the default route. Its family is the route's */
	struct ip gateway; /* none: on the link */
	struct ip source;  /* the address to send from; none: the kernel's choice */
	int index;	   /* the interface's; 0: none (or the gateway's) */
	uint32_t metric;   /* 0: none given (IPv6 shows 1024) */
	uint32_t table;	   /* RT_TABLE_MAIN */
	uint8_t protocol;  /* RTPROT_STATIC, RTPROT_KERNEL, … */
	uint8_t scope;	   /* RT_SCOPE_* */
	uint8_t type;	   /* RTN_UNICAST, RTN_BLACKHOLE, … */
	uint32_t mtu;	   /* 0: the interface's */
	bool on_link;	   /* the gateway is reached though no subnet contains it */
};

/* What to list; zeros: everything. */
struct route_filter {
	int family;
	int index;
	uint32_t table;
};

/* route_list - in the kernel's order; a route of several next hops as several. *out is on the
 * heap. */
int route_list(struct nl *nl, const struct route_filter *f, struct route **out, size_t *n,
	       struct err *e);

/* route_default - the default route of a family with the smallest metric; @index 0: over any
 * interface. Returns 1, 0 when there is none, or -errno. */
int route_default(struct nl *nl, int family, int index, struct route *out, struct err *e);

enum route_clash {
	ROUTE_ALONE,   /* that is an error */
	ROUTE_REPLACE, /* it gives way */
	ROUTE_BESIDE,  /* it stays, behind ours; only one that is the same in all is an error */
};

/**
 * route_add - @route: zeros stand for the main table, RTPROT_STATIC, RTN_UNICAST and the scope that
 * follows from the rest.
 * @clash: what of one to the same destination with the same metric
 *
 * Returns: 0; -EEXIST; -ENETUNREACH, the gateway is not reached; -ENETDOWN.
 */
int route_add(struct nl *nl, const struct route *route, enum route_clash clash, struct err *e);
/* route_del - what is zero in @route matches anything; the first that matches goes. -ESRCH. */
int route_del(struct nl *nl, const struct route *route, struct err *e);

/* route_lookup - which route the kernel would take to an address. -ENETUNREACH. */
int route_lookup(struct nl *nl, const struct ip *to, struct route *out, struct err *e);

/* route_overlaps - the first route but for default routes whose destination shares an address with
 * a subnet, in any table but the local one. Returns 1, 0, or -errno. */
int route_overlaps(struct nl *nl, const struct ip *subnet, struct route *out, struct err *e);

/* route_read - what an RTM_NEWROUTE or RTM_DELROUTE message says; pure. */
bool route_read(const struct nlmsghdr *m, struct route *out);

#endif
