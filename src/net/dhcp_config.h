/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp_config.h - what a DHCP server offers, read from the environment that udhcpc gives its event
 * program, and checked; pure.
 *
 * The values are an attacker's as much as a server's: every one is parsed, and one that is no good
 * is as if it had not been sent, with a line that says so. Without a good address and mask there is
 * nothing.
 */
#ifndef NET_DHCP_CONFIG_H
#define NET_DHCP_CONFIG_H

#include "core/str.h"
#include "net/ip.h"
#include "net/route.h"

#define DHCP_ROUTES_MAX 16
#define DHCP_DNS_MAX 8
#define DHCP_NAME_MAX 254
#define DHCP_MTU_MIN 576

struct dhcp_config_route {
	struct ip dst;
	struct ip gateway; /* none: on the link */
};

struct dhcp_config {
	struct ip address;   /* with the subnet's prefix */
	struct ip broadcast; /* none: not sent */
	struct ip gateway;   /* of the default route; none: there is none */
	struct dhcp_config_route routes[DHCP_ROUTES_MAX]; /* without default routes */
	size_t n_routes;
	struct ip dns[DHCP_DNS_MAX];
	size_t n_dns;
	struct ip ntp; /* the first */
	struct ip server;
	uint32_t mtu;	  /* 0: not sent */
	uint32_t lease_s; /* 0: not sent */
	char domain[DHCP_NAME_MAX];
	char hostname[DHCP_NAME_MAX];
};

/**
 * dhcp_config_parse - read udhcpc's variables: ip, mask or subnet, router, staticroutes (option
 * 121), dns, domain, mtu, lease, serverid, …
 * @ignored: "; "-separated reasons are added; they may quote what was sent
 *
 * Option 121 counts as a whole: with one route in it that is not to be (nearly everything, or the
 * subnet itself; a gateway outside the subnet), it is ignored, and the router is taken.
 *
 * Returns: 0, or -EINVAL when there is no usable address.
 */
int dhcp_config_parse(char *const *env, struct dhcp_config *out, struct str *ignored,
		      struct err *e);

/**
 * dhcp_config_fit - drop what would take traffic from the namespace's other interfaces.
 * @index: the client's interface
 *
 * Option 121 is ignored when one of its routes overlaps a subnet of another interface.
 *
 * Returns: 0; -EINVAL when the subnet itself lies within another interface's.
 */
int dhcp_config_fit(struct dhcp_config *c, int index, const struct route *routes, size_t n,
		    struct str *ignored, struct err *e);

#endif
