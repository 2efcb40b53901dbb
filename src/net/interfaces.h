/* SPDX-License-Identifier: Apache-2.0 */
/**
 * interfaces.h - what the host's network interfaces are at one moment, as an observer from outside
 * is told of them.
 */
#ifndef NET_INTERFACES_H
#define NET_INTERFACES_H

#include "core/json.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/route.h"

struct interface {
	struct link link;
	bool is_wireless;
	struct ip *addresses; /* IPv4, in the kernel's order */
	size_t n_addresses;
	struct ip gateway; /* of its IPv4 default route with the lowest metric; or none */
};

struct interfaces {
	struct interface *v; /* by index */
	size_t n;
};

/**
 * interfaces_load - read them all.
 * @all: also those that no container can have for parent: the loopback and, by their names, the
 * virtual ones that container engines and VPNs make
 *
 * Returns: 0 or -errno; *out is for interfaces_done.
 */
int interfaces_load(struct nl *nl, bool all, struct interfaces *out, struct err *e);
void interfaces_done(struct interfaces *list);

/* ---- pure ---- */

/* Sorts addresses and routes to the interfaces that they are of. @out: of links that are to be told
 * of; is_wireless is left false. */
void interfaces_join(const struct link *links, size_t n_links, const struct addr *addrs,
		     size_t n_addrs, const struct route *routes, size_t n_routes, bool all,
		     struct interfaces *out);
/* Is this one to be told of? */
bool interface_is_told(const struct link *link, bool all);
/* No packet passes. Its addresses are of no use then, and not told. */
bool interface_is_down(const struct link *link);
/* Does an observer see a difference? */
bool interface_equal(const struct interface *a, const struct interface *b);
struct interface *interfaces_find(const struct interfaces *list, int index);

/* One interface as a JSON object. @status: NULL, or what to say instead of the interface's own. */
void interface_encode(const struct interface *f, const char *status, const char *timestamp,
		      struct json_out *o);

#endif
