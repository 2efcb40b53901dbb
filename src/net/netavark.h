/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netavark.h - this program as a plugin of netavark, through which podman makes networks.
 *
 * A network's options say what it is: type is bridge (without it), macvlan, ptp or ovs; parent
 * names a macvlan's parent, mode its mode; mtu, vlan, and isolate for a bridge. What is made is
 * what the CNI plugin makes (net/cni/), with the addresses that netavark gives, or with DHCP where
 * the network has no subnets or its ipam driver is dhcp.
 */
#ifndef NET_NETAVARK_H
#define NET_NETAVARK_H

#include "core/err.h"
#include "core/str.h"

#define NETAVARK_API "1.0.0"

/* netavark_create - check a network, and print it with what it did not say. */
int netavark_create(const char *text, size_t len, struct str *out, struct err *e);

struct netavark_call {
	const char *netns; /* a path */
	const char *text;  /* from standard input */
	size_t len;
	const char *state_dir;
};

/* netavark_setup - attach a container; a failing call leaves nothing. @out: netavark's status
 * block. */
int netavark_setup(const struct netavark_call *call, struct str *out, struct err *e);
/* netavark_teardown - the opposite, also when it is done already. */
int netavark_teardown(const struct netavark_call *call, struct err *e);

#endif
