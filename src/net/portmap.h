/* SPDX-License-Identifier: Apache-2.0 */
/**
 * portmap.h - ports of the host that lead to a container, and masquerade for what it sends.
 *
 * All of it is in our table of nftables (net/nft.h), in the caller's network namespace, which is to
 * be the host's. Whatever belongs to a container bears its owner's name, so that it is removed as a
 * whole, whether or not anybody remembers what was asked for.
 *
 * A mapped port answers to connections from other machines, from the host by any of its addresses,
 * from the container itself and from its neighbours (hairpin), and over IPv4 from the host by
 * 127.0.0.1. Not by ::1, for which the kernel has no such way. Nothing else of the host changes:
 * masquerade is for the addresses given here, and for mapped connections within their subnets.
 */
#ifndef NET_PORTMAP_H
#define NET_PORTMAP_H

#include "core/names.h"
#include "net/ip.h"

#define PORTMAP_COUNT_MAX 4096 /* of ports in all maps of one call */

/* Of "tcp" and "udp", the number IPPROTO_*. */
extern const struct name portmap_protocols[];

struct portmap {
	struct ip host; /* none: every address of the host, of the family of @to */
	struct ip to;	/* the container's, with the prefix length of its subnet */
	int protocol;	/* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t host_port, to_port;
	uint16_t count; /* of ports that follow each other, at least 1 */
};

/* What one container has. */
struct nat {
	const char *owner; /* its name, an id as a rule; longer than PORTMAP_OWNER_MAX, it is
			    * stored cut, with a checksum behind */
	const struct portmap *ports;
	size_t n_ports;
	const struct ip *sources; /* its addresses, with the prefix lengths of their subnets: what
				   * leaves for elsewhere gets the host's address */
	size_t n_sources;
};

#define PORTMAP_OWNER_MAX 127

/**
 * portmap_parse - "[HOST:]PORT[-LAST]:PORT[-LAST][/tcp|/udp]", as in "8080:80",
 * "127.0.0.1:53:53/udp",
 * "[2001:db8::1]:8000-8009:9000-9009".
 * @out: without @to, which the caller knows
 *
 * Returns: 0, or -EINVAL.
 */
int portmap_parse(const char *text, struct portmap *out, struct err *e);
/* The same way back, without what is behind "to". */
char *portmap_format(const struct portmap *p);

/* portmap_check - would these be refused, whatever others have? Returns 0 or -EINVAL. */
int portmap_check(const struct nat *n, struct err *e);

/**
 * portmap_add - give a container these, in addition to what it has.
 * @state_dir: where the lock is; made when it is not there
 *
 * One transaction: all of it or nothing. What the owner has already is no error. IPv4 or IPv6
 * forwarding is switched on when there is something to forward.
 *
 * Returns: 0; -EADDRINUSE when a host's port is taken, the message naming the holder; -EINVAL;
 * -EPERM; or -errno.
 */
int portmap_add(const char *state_dir, const struct nat *n, struct err *e);

/* portmap_del - remove everything that an owner has. Returns 1; 0 when that was nothing; or -errno.
 */
int portmap_del(const char *state_dir, const char *owner, struct err *e);

/* portmap_keep - remove what belongs to owners that begin with @prefix and for whom @keep says no.
 * Returns the number of elements removed, or -errno. */
int portmap_keep(const char *state_dir, const char *prefix,
		 bool (*keep)(const char *owner, void *data), void *data, struct err *e);

/* What there is: a row is a mapped port or, with protocol 0, a masqueraded source in @to. */
struct portmap_row {
	char owner[PORTMAP_OWNER_MAX + 1]; /* as stored */
	struct portmap map;
};
/* portmap_list - sorted by owner and port. *out is heap memory. @owner: NULL for all. */
int portmap_list(const char *owner, struct portmap_row **out, size_t *n, struct err *e);

/* The owner as stored: @out has PORTMAP_OWNER_MAX + 1 bytes. Returns @out. */
const char *portmap_owner(const char *owner, char *out);

#endif
