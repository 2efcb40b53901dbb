/* SPDX-License-Identifier: Apache-2.0 */
/**
 * conf.h - a CNI network configuration, as one plugin gets it on its standard input.
 *
 * One struct for all link types: a member that a type does not know is not read by it. Names and
 * addresses are still text here, and checked by who uses them.
 */
#ifndef NET_CNI_CONF_H
#define NET_CNI_CONF_H

#include "core/record.h"

struct cni_dns {
	char **nameservers;
	char *domain;
	char **search;
	char **options;
};
extern const struct record cni_dns_record;

struct cni_route {
	char *dst, *gw; /* "10.0.0.0/8"; NULL: the default gateway of the family */
	int64_t mtu, advmss, priority;
	struct opt_int table, scope;
};
extern const struct record cni_route_record;

/* A range of host-local: one subnet, or a part of it. */
struct cni_range {
	char *subnet, *range_start, *range_end, *gateway;
};
extern const struct record cni_range_record;

/* static's */
struct cni_static {
	char *address; /* with its prefix length */
	char *gateway;
};

struct cni_ipam {
	char *type;
	char *subnet, *range_start, *range_end, *gateway; /* host-local: one range, the old way */
	char *data_dir;
	char *resolv_conf;
	struct cni_route *routes;
	size_t n_routes;
	struct cni_static *addresses;
	size_t n_addresses;
	struct cni_dns *dns;
};

struct cni_port {
	int64_t host_port, container_port;
	char *protocol; /* "tcp", "udp"; NULL: tcp */
	char *host_ip;	/* NULL or "": any */
};

/* Bits per second, and bits. */
struct cni_bandwidth {
	uint64_t ingress_rate, ingress_burst, egress_rate, egress_burst;
};

struct cni_runtime {
	struct cni_port *ports;
	size_t n_ports;
	struct cni_bandwidth *bandwidth;
	char *mac;
	char **ips;
	struct cni_dns *dns;
	char *device;
};

struct cni_vlan_range {
	int64_t min, max, id;
};

struct cni_args_cni {
	char *mac;
	char **ips;
};
struct cni_args_conf {
	struct cni_args_cni *cni;
};

/* Of GC, which needs it: who is attached still. */
#define CNI_ATTACHMENTS "cni.dev/valid-attachments"
struct cni_attachment {
	char *container, *ifname;
};

enum cni_mode { CNI_MODE_BRIDGE = 1, CNI_MODE_PRIVATE, CNI_MODE_VEPA, CNI_MODE_PASSTHRU };

struct cni_conf {
	char *version, *name, *type;
	struct cni_ipam *ipam;
	struct cni_dns *dns;
	struct cni_runtime *runtime;
	struct cni_args_conf *args;
	struct cni_attachment *attachments; /* NULL when absent */
	size_t n_attachments;

	char *mac;
	int64_t mtu; /* 0: the kernel's, or the parent's */
	/* macvlan */
	char *master;
	int mode; /* enum cni_mode; 0: bridge */
	bool link_in_container;
	/* bridge, ovs */
	char *bridge;
	char *ovs_socket; /* socket_file: of the database; NULL: the usual one */
	bool is_gateway, is_default_gateway, force_address, ip_masq;
	bool hairpin, promisc, isolated, mac_spoof_check, disable_container_interface;
	struct opt_bool preserve_default_vlan;
	int64_t vlan;
	struct cni_vlan_range *trunk;
	size_t n_trunk;
	/* host-device */
	char *device, *hwaddr, *kernel_path, *pci;
	/* bandwidth, by itself */
	struct cni_bandwidth bandwidth;

	/* Borrowed from the document: NULL when absent. */
	const struct json *prev_result, *ranges, *runtime_ranges;
	struct json_doc *doc;
};

/**
 * cni_conf_parse - read a configuration.
 *
 * Returns: 0; -EBADMSG it is no JSON, or a member has the wrong type (CNI's code 6); -EINVAL name
 * or type is missing or malformed (code 7).
 */
int cni_conf_parse(const char *text, size_t len, struct cni_conf *out, struct err *e);
void cni_conf_done(struct cni_conf *c);

/* "netctl-macvlan" is macvlan: for a directory that has the other project's plugins, too. */
const char *cni_conf_type(const struct cni_conf *c);

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most 255 bytes: names of networks, ids of containers. */
int cni_name_check(const char *name, const char *what, struct err *e);

#endif
