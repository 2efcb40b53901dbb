/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach_make.h - making what a record plans, and unmaking it.
 */
#ifndef NET_ATTACH_MAKE_H
#define NET_ATTACH_MAKE_H

#include "net/attach_record.h"
#include "net/nl.h"

/* attach_make - links, addresses, routes, DNS, DHCP; fills in what leases bring. On failure what
 * was made stays for attach_unmake. */
int attach_make(const struct attach_options *o, struct nl *host, struct nl *inside,
		struct attach_record *r, struct err *e);

/* attach_restart_dhcp - start the clients that have ended. */
int attach_restart_dhcp(const struct attach_options *o, const struct attach_record *r,
			struct err *e);

/* attach_unmake - take away whatever of it is there, and the record last.
 * @netns: borrowed; -1: to be found by the record */
int attach_unmake(const char *state_dir, const struct attach_record *r, int netns, struct err *e);

#endif
