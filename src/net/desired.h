/* SPDX-License-Identifier: Apache-2.0 */
/**
 * desired.h - a document that says how a host's interfaces are to be; pure.
 *
 * op-dbus's state file with its plugin "net", or what that plugin holds alone:
 *
 *	{"version": 1, "plugins": {"net": {"interfaces": […]}}}
 *	{"interfaces": [{"name": "br0", "type": "bridge", "ports": ["eth1"],
 *	                 "ipv4": {"enabled": true, "address": [{"ip": "10.0.0.1", "prefix": 24}],
 *	                          "gateway": "10.0.0.254"}}]}
 *
 * Members that are not here (driver, controller, dns, …) are ignored.
 */
#ifndef NET_DESIRED_H
#define NET_DESIRED_H

#include "core/record.h"
#include "net/ip.h"

#define DESIRED_INTERFACES_MAX 1024

enum desired_type {
	DESIRED_ETHERNET = 1, /* an interface that is there: only configured, never made */
	DESIRED_BRIDGE,
	DESIRED_OVS_BRIDGE,
	DESIRED_OVS_PORT, /* an internal port of the OVS bridge that lists it */
};
extern const struct name desired_type_names[];

struct desired_address {
	char *ip;
	uint64_t prefix;
};

/* One family. NULL, absent: left as it is. */
struct desired_ip {
	struct opt_bool enabled; /* false: it has no address */
	bool dhcp;
	struct desired_address *address; /* it has these and no other ones */
	size_t n_address;
	char *gateway; /* of the default route */
};

/* Of a free map, what means something here. */
struct desired_properties {
	char *datapath_type; /* of an OVS bridge that is made: "system", "netdev" */
};

struct desired_interface {
	char *name;
	int type;
	char **ports; /* are to be its ports; others are left */
	struct desired_ip *ipv4, *ipv6;
	struct desired_properties *properties;
};

struct desired {
	struct desired_interface *interfaces;
	size_t n_interfaces;
};

/**
 * desired_parse - read a document and check all that can be checked without the host.
 *
 * Refused are: names that cannot be; a name twice; a port of two bridges; ports of what is no
 * bridge; addresses that no host can have, or given together with dhcp; a gateway that no address
 * reaches; two default gateways of a family; DHCP for IPv6.
 *
 * Returns: 0, or -EINVAL with the path of the member. Free with desired_done.
 */
int desired_parse(const char *text, size_t len, struct desired *out, struct err *e);
void desired_done(struct desired *d);

/* Those of an interface; parsed. */
struct ip desired_address_ip(const struct desired_address *a);
const struct desired_interface *desired_find(const struct desired *d, const char *name);
/* The bridge that lists a port; NULL. */
const struct desired_interface *desired_bridge_of(const struct desired *d, const char *port);
/* Whether a family is to have nothing, or just what is listed. */
bool desired_is_off(const struct desired_ip *ip);
bool desired_is_static(const struct desired_ip *ip);
/* Netmaker's own interfaces, nm-* and wg*, are never made ports. */
bool desired_is_foreign_port(const char *port);

#endif
