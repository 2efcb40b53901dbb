/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netavark_conf.h - what netavark gives a plugin, and the same as a CNI configuration; pure.
 */
#ifndef NET_NETAVARK_CONF_H
#define NET_NETAVARK_CONF_H

#include "core/record.h"

struct netavark_subnet {
	char *subnet, *gateway;
};
struct netavark_route {
	char *destination, *gateway;
	int64_t metric;
};

struct netavark_network {
	char *name, *id, *driver;
	char *interface; /* the bridge, or the parent */
	struct netavark_subnet *subnets;
	size_t n_subnets;
	struct netavark_route *routes;
	size_t n_routes;
	bool internal;
	struct strmap options, ipam_options;
	char **dns;
};
extern const struct record netavark_network_record;

struct netavark_port {
	int64_t container_port, host_port, range;
	char *host_ip, *protocol;
};
struct netavark_container {
	char *ifname, *mac;
	char **ips;
};
struct netavark_request {
	char *id;
	struct netavark_port *ports;
	size_t n_ports;
	struct netavark_network *network;
	struct netavark_container *container;
};
extern const struct record netavark_request_record;

/* NULL when it is not there or empty. */
const char *netavark_option(const struct netavark_network *n, const char *name);
const char *netavark_type(const struct netavark_network *n);
bool netavark_is_dhcp(const struct netavark_network *n);

/* netavark_check - Returns 0; -EINVAL (-ERANGE): an option is not known or makes no sense. */
int netavark_check(const struct netavark_network *n, struct err *e);

/* netavark_encode - as a CNI configuration. Returns 0 or -EINVAL. */
int netavark_encode(const struct netavark_request *s, struct str *out, struct err *e);

#endif
