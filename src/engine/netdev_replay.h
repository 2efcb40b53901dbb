/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netdev_replay.h - a network device's addresses and routes, kept to be set again.
 *
 * The kernel forgets both when a device changes its namespace. What it says of them is nearly what
 * it takes to make them, so they are kept as they came: nothing is lost that this program does not
 * know.
 */
#ifndef ENGINE_NETDEV_REPLAY_H
#define ENGINE_NETDEV_REPLAY_H

#include "core/rtnetlink.h"

struct replay {
	struct nlmsghdr **v; /* each a heap copy of a whole message */
	size_t n;
};

void replay_done(struct replay *l);

/* Reads the addresses of a device, or the routes through it: those that somebody has set; what the
 * kernel makes by itself it will make again. @sock: of the device's namespace. */
int replay_addresses(int sock, int index, struct replay *out, struct err *e);
int replay_routes(int sock, int index, struct replay *out, struct err *e);

/* replay_is_portable - whether an address goes with its device: permanent, and of global scope. */
bool replay_is_portable(const struct nlmsghdr *address);

/* The request that makes an address or route again, at a device that may have another index now.
 * @as_it_was: with its label and lifetimes, for the old place; else what makes sense in a new one
 */
void replay_address_request(const struct nlmsghdr *m, int index, bool as_it_was,
			    struct rtnl_request *out);
void replay_route_request(const struct nlmsghdr *m, int index, struct rtnl_request *out);

#endif
