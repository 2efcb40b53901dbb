/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp_apply.h - an interface as a DHCP server wants it, by netlink.
 */
#ifndef NET_DHCP_APPLY_H
#define NET_DHCP_APPLY_H

#include "net/dhcp_config.h"
#include "net/link.h"

struct dhcp_apply {
	uint32_t metric; /* of all its routes */
	bool no_default;
};

/**
 * dhcp_apply_check - dhcp_config_fit with the namespace's routes, before anything is changed.
 * @ignored: as dhcp_config_parse's
 */
int dhcp_apply_check(struct nl *nl, const struct link *link, struct dhcp_config *c,
		     struct str *ignored, struct err *e);

/**
 * dhcp_apply - address, MTU, routes; what an earlier lease had more of goes.
 *
 * An address that stays is not touched but for its time. Where somebody else has a route to the
 * same place with the same metric, that one stays, and ours is ignored. On failure some of it may
 * be in force: dhcp_apply_nothing ends that. Returns 0 or -errno.
 */
int dhcp_apply(struct nl *nl, const struct link *link, const struct dhcp_apply *how,
	       const struct dhcp_config *c, struct str *ignored, struct err *e);

/* dhcp_apply_nothing - up, and without IPv4 addresses, with which the routes go. */
int dhcp_apply_nothing(struct nl *nl, const struct link *link, struct err *e);

#endif
