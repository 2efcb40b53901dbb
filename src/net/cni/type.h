/* SPDX-License-Identifier: Apache-2.0 */
/**
 * type.h - the types of networks that the plugin makes.
 */
#ifndef NET_CNI_TYPE_H
#define NET_CNI_TYPE_H

#include "net/cni/cni.h"

struct cni_type {
	const char *name;
	bool is_chained;  /* works on prevResult; makes no interface */
	bool has_ipam;	  /* asks for addresses when the configuration says ipam */
	bool needs_ipam;  /* is nothing without */
	const char *kind; /* of the container's end: what DEL removes; NULL: does so itself */

	/* Is the configuration whole? What is wrong here is CNI's code 7. May be NULL. */
	int (*check_conf)(struct cni *c, struct err *e);
	/* Makes the interface inside, which is down, and tells the host's in the result. NULL for
	 * chained ones. */
	int (*make)(struct cni *c, struct err *e);
	/* The host's part, once the addresses are known: gateways, forwarding. May be NULL. */
	int (*finish)(struct cni *c, struct err *e);
	/* Removes what is on the host, and what else cleaning does not find. May be NULL. */
	int (*clean)(struct cni *c, struct err *e);
	/* Is the host's part as it should be? May be NULL. */
	int (*check)(struct cni *c, struct err *e);
	/* Could an ADD work now? May be NULL. */
	int (*status)(struct cni *c, struct err *e);
};

/* NULL when there is no such type. */
const struct cni_type *cni_type_find(const char *name);

extern const struct cni_type cni_bandwidth, cni_bridge, cni_host_device, cni_loopback, cni_macvlan,
	cni_ovs, cni_portmap, cni_ptp;

/* For GC: remove ports of this network whose owner @keep says no to. */
int cni_ovs_keep(struct cni *c, bool (*keep)(const char *owner, void *data), void *data,
		 struct err *e);

#endif
