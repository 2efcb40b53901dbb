/* SPDX-License-Identifier: Apache-2.0 */
/**
 * portmap_elements.h - port maps as elements of our nftables table, both ways; pure. For
 * net/portmap_change.c, and for tests.
 */
#ifndef NET_PORTMAP_ELEMENTS_H
#define NET_PORTMAP_ELEMENTS_H

#include "net/nft.h"
#include "net/portmap.h"

/* What an element says. */
struct nat_element {
	enum nft_set set;
	struct ip host;		     /* of host4, host6; of near4, near6 the first of the subnet */
	struct ip host_end;	     /* near4, near6: the last of the subnet */
	struct ip to;		     /* the container */
	int protocol;		     /* of the maps */
	uint16_t host_port, to_port; /* of the maps */
	char owner[PORTMAP_OWNER_MAX + 1];
};

/* Returns 0, or -EBADMSG for one that is not as we make them. */
int nat_element_read(const struct nft_element *from, struct nat_element *out);

struct nat_elements {
	struct nat_element *v;
	size_t n;
};
void nat_elements_done(struct nat_elements *l);
void nat_elements_add(struct nat_elements *l, const struct nat_element *e);

/* All that @n asks for; it was checked. */
void nat_elements_make(const struct nat *n, struct nat_elements *out);

/**
 * nat_elements_change - the text of a transaction that adds @want where @have is there.
 *
 * What is there and has the same owner is left out. An address is one container's: what others
 * have of it in near and source sets is left over, and replaced.
 *
 * Returns: the number of elements to add; -EADDRINUSE when somebody else's map, or a different one
 * of the same owner, has a port of the host.
 */
int nat_elements_change(const struct nat_elements *have, const struct nat_elements *want,
			struct str *out, struct err *e);

/* "delete element …" and a newline. */
void nat_element_delete(const struct nat_element *x, struct str *out);

#endif
