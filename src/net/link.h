/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link.h - network interfaces: list, find, create, change, move, delete.
 *
 * Everything acts in the network namespace of the socket (net/nl.h). Interfaces are named by index
 * once they were found: an index does not come to mean another interface by a renaming.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "core/names.h"
#include "net/mac.h"
#include "net/nl.h"
#include <linux/if_link.h>
#include <net/if.h>

#define LINK_KIND_MAX 16
#define LINK_ALIAS_MAX 256

/* What an interface is. Plain bytes: nothing to free, copied by assignment. */
struct link {
	int index;
	char name[IFNAMSIZ];
	char kind[LINK_KIND_MAX];   /* "veth", "macvlan", …; "" for hardware and the loopback */
	char alias[LINK_ALIAS_MAX]; /* free text that it carries; "" when none */
	uint16_t type;		    /* ARPHRD_ETHER, ARPHRD_LOOPBACK, … */
	unsigned flags;		    /* IFF_UP, IFF_RUNNING, IFF_LOOPBACK, … */
	uint8_t operstate;	    /* IF_OPER_* */
	uint32_t mtu;
	bool has_mac;
	struct mac mac;
	int master;		       /* index of the bridge that it is a port of; 0: none */
	char port_kind[LINK_KIND_MAX]; /* what it is a port of: "bridge", "openvswitch"; "" */
	int parent;	 /* index of what a macvlan is on, or of a veth's peer; 0: none */
	int parent_nsid; /* the namespace of parent, as this one numbers it; -1: this one */
	int mode;	 /* of macvlan, macvtap (MACVLAN_MODE_*) and ipvlan (IPVLAN_MODE_*); -1 */
	int vlan_id;	 /* of a vlan; 0 */
	bool stp, vlan_filtering; /* of a bridge */
};

/* "bridge", "private", "vepa", "passthru"; "l2", "l3", "l3s". */
extern const struct name macvlan_mode_names[];
extern const struct name ipvlan_mode_names[];
/* "up", "down", "lowerlayerdown", "dormant", "unknown", "testing", "notpresent". */
extern const struct name link_operstate_names[];

/* ---- finding ---- */

/* link_list - all of them, in the order of their indexes. *out is on the heap. */
int link_list(struct nl *nl, struct link **out, size_t *n, struct err *e);
/* link_find - by name. Returns 1 and fills *out, 0 when there is none, or -errno. */
int link_find(struct nl *nl, const char *name, struct link *out, struct err *e);
/* link_get - by name; that there is none is an error: -ENODEV, `interface "x": does not exist`. */
int link_get(struct nl *nl, const char *name, struct link *out, struct err *e);
/* link_get_index - by index; -ENODEV. */
int link_get_index(struct nl *nl, int index, struct link *out, struct err *e);
/* link_in - by index in a list; NULL. */
const struct link *link_in(const struct link *list, size_t n, int index);

/* link_read - what an RTM_NEWLINK or RTM_DELLINK message says; pure. False when it makes no sense.
 */
bool link_read(const struct nlmsghdr *m, struct link *out);

/* ---- creating ---- */

/* One end: an interface, or a veth's peer. */
struct link_end {
	const char *name;      /* what it is called from birth */
	int netns;	       /* where it is born; borrowed; -1: the socket's namespace */
	const struct mac *mac; /* NULL: the kernel's choice */
	uint32_t mtu;	       /* 0: the kernel's choice */
	bool up;
};

struct link_new {
	const char *kind; /* "macvlan", "veth", "bridge", "vlan", "ipvlan", "dummy", … */
	struct link_end end;
	int parent;  /* index in the socket's namespace; for macvlan, ipvlan, vlan; else 0 */
	int master;  /* index of a bridge in the socket's namespace, which end is a port of; 0 */
	int mode;    /* macvlan, ipvlan; -1: the kernel's choice */
	int vlan_id; /* vlan: 1..4094 */
	bool vlan_filtering, stp; /* bridge */
	struct link_end peer;	  /* veth */
};

/* Not of a kind: the members that count are set by the caller. */
#define LINK_NEW(k)                                                                                \
	{                                                                                          \
		.kind = (k), .mode = -1, .end = { .netns = -1 }, .peer = {.netns = -1 }            \
	}

/**
 * link_create - make an interface, or a pair, in one request: it is there whole, or not at all.
 * Only a veth's peer is brought up by a second one, a bridge gets its MTU by one, and so does its
 * name what older kernels confuse with one of the socket's namespace.
 *
 * Ends are born in their namespaces under their names: a name that is taken in the socket's
 * namespace does not matter to an end that is born elsewhere. The names are checked (net/ifname.h).
 * An end with @up whose parent is down has no carrier until the parent is up.
 *
 * Returns: 0; -EEXIST, the name is taken where it is to be born; -EOPNOTSUPP, this kernel has no
 * such kind; -EBUSY, the parent is in use otherwise (passthru, a bridge's port); -ENETDOWN.
 */
int link_create(struct nl *nl, const struct link_new *new, struct err *e);

/* link_birth_name - what an interface of this name is called for a moment on kernels before 6.14,
 * and stays called when link_create is killed in that moment. */
void link_birth_name(const char *name, char out[IFNAMSIZ]);

/* ---- changing ---- */

int link_set_up(struct nl *nl, int index, bool up, struct err *e);
/* @master: index of a bridge, or 0 to leave it. */
int link_set_master(struct nl *nl, int index, int master, struct err *e);
int link_set_mtu(struct nl *nl, int index, uint32_t mtu, struct err *e);
int link_set_mac(struct nl *nl, int index, const struct mac *mac, struct err *e);
/* At most LINK_ALIAS_MAX - 1 bytes; "" removes it. */
int link_set_alias(struct nl *nl, int index, const char *alias, struct err *e);

/**
 * link_rename - give it another name.
 *
 * Kernels before 6.2 refuse that while it is up; then it is taken down for the moment (its routes
 * go with that), and up again.
 *
 * Returns: 0; -EEXIST, the name is taken.
 */
int link_rename(struct nl *nl, int index, const char *name, struct err *e);

/* link_move - to another namespace, under @name (NULL: its own). It arrives down, without addresses
 * and perhaps with another index. -EEXIST: @name is taken there, and it stays where it is. */
int link_move(struct nl *nl, int index, int netns, const char *name, struct err *e);

/* link_delete - a veth takes its peer with it. -ENODEV when it is not there. It returns once it is
 * gone for everybody; a process that it leaves behind waits until the kernel has done with it. */
int link_delete(struct nl *nl, int index, struct err *e);
/* link_delete_name - the same by name; 1, or 0 when there was none (somebody else was quicker,
 * too). */
int link_delete_name(struct nl *nl, const char *name, struct err *e);

#endif
