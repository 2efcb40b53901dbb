/* SPDX-License-Identifier: Apache-2.0 */
/**
 * vnic.h - a container's virtual network interfaces, as a cloud message names them.
 *
 * A vNIC is a MACVLAN child of an interface of the host. Messages come in two generations of names;
 * both are read, the older ones are written:
 *
 *	parent_subnet   subnet       network in CIDR form, or a mask that the gateway or the
 *	                             address makes a network of
 *	parent_gateway  gateway
 *	ip_address      ip           a "/PREFIX" behind it must agree with the subnet
 *	mac_address     mac
 *	"manual"        "static"     network_mode
 *
 * A member that is there under both names with different values is an error that names both.
 * Addresses are IPv4; DNS servers may be IPv6. Pure: nothing here asks the kernel.
 */
#ifndef NET_VNIC_H
#define NET_VNIC_H

#include "core/json.h"
#include "core/record.h"
#include "net/ip.h"

#define VNICS_MAX 16
#define VNIC_DNS_MAX 8
#define VNIC_MTU_MIN 68
#define VNIC_MTU_MAX 65535

/* Names that a container's own interfaces have: the loopback, and the one of its internal bridge.
 */
#define VNIC_NAME_INTERNAL "int0"

enum vnic_mode { VNIC_DHCP = 1, VNIC_STATIC };

/* "" counts as not given. Everything is normalised: addresses without a prefix, a subnet as
 * NETWORK/PREFIX, a MAC in lower case. NULL: not given. */
struct vnic {
	char *name; /* the interface's name in the container */
	char *parent_interface;
	int network_mode; /* enum vnic_mode; DHCP when it is not given */
	char *parent_subnet;
	char *parent_gateway;
	char *ip_address; /* VNIC_STATIC only */
	char *mac_address;
	char **dns;
	uint64_t mtu; /* 0: the parent's */
};

struct vnics {
	struct vnic *v;
	size_t n;
};

extern const struct name vnic_modes[];

/* The rows of a record that has a vNIC's members: @m is empty, or the name of a struct vnic with a
 * dot. "network_mode" is written "dhcp" or "manual". Reading goes through vnics_decode. */
/* clang-format off */
#define VNIC_FIELDS(t, m)                                                                          \
	F_STRING("name", t, m name, FIELD_REQUIRED),                                               \
	F_STRING("parent_interface", t, m parent_interface, FIELD_REQUIRED),                       \
	F_ENUM("network_mode", t, m network_mode, vnic_modes, FIELD_REQUIRED),                     \
	F_STRING("parent_subnet", t, m parent_subnet, 0),                                          \
	F_STRING("parent_gateway", t, m parent_gateway, 0),                                        \
	F_STRING("ip_address", t, m ip_address, 0),                                                \
	F_STRING("mac_address", t, m mac_address, 0),                                              \
	F_STRV("dns", t, m dns, 0),                                                                \
	F_UINT("mtu", t, m mtu, VNIC_MTU_MAX, 0)
/* clang-format on */
extern const struct record vnic_record;

/**
 * vnics_decode - read a list of vNICs and check it.
 * @j: an array of objects, or an object with the array as its "vnic_configs"
 *
 * Unknown members are ignored. What is checked is all that can be without the host: names (at most
 * 15 characters, unique, neither "lo" nor VNIC_NAME_INTERNAL), the mode, addresses, MACs (no
 * multicast, not zero, none twice on a parent), the address and gateway within the subnet where
 * that is given, and that no two vNICs share parent and subnet.
 *
 * Returns: 0, or -EINVAL; the message begins with the vNIC: `vNIC "eth0": …`, or with the member's
 * path.
 */
int vnics_decode(const struct json *j, struct vnics *out, struct err *e);
int vnics_parse(const char *text, size_t len, struct vnics *out, struct err *e);
/* As a JSON array of objects by the older names. */
void vnics_encode(const struct vnics *l, struct json_out *o);
void vnics_done(struct vnics *l);

/* ---- with what is known of the parent ---- */

struct vnic_parent_address {
	struct ip ip;
	bool global; /* scope */
};

/* What the host knows of a parent: its IPv4 addresses in the kernel's order, and the gateway of its
 * default route. */
struct vnic_parent {
	const struct vnic_parent_address *addresses;
	size_t n;
	struct ip gateway;
};

/**
 * vnic_detect - fill what was not given of subnet and gateway from the parent.
 *
 * The subnet is the parent's one that contains the static address, else its first global one. The
 * gateway is the parent's, where that lies in the subnet. Then the address is checked: within the
 * subnet, not its network or broadcast address, not the gateway, no address of the parent.
 * A DHCP vNIC is left alone where nothing can be detected: its server tells.
 *
 * Returns: 0, or -EINVAL, `vNIC "eth0": …`.
 */
int vnic_detect(struct vnic *v, const struct vnic_parent *p, struct err *e);

/* vnics_check_subnets - after vnic_detect: no two vNICs have the same parent and subnet, where what
 * is not known counts as the same. */
int vnics_check_subnets(const struct vnics *l, struct err *e);

/* The length of the subnet's prefix; 0 when there is none. */
unsigned vnic_prefix(const struct vnic *v);

/* vnic_network_name - "macvlan_eth0_192.168.1.0_24"; without a subnet "macvlan_eth0". */
char *vnic_network_name(const struct vnic *v);

#endif
