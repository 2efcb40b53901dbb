/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h - what has to be done for a host to become as a document says; pure.
 *
 * A plan is a list of operations in the order in which they work, each with an inverse, by which
 * net/plan_apply.h undoes those that were done when one fails. Interfaces are named, since what a
 * plan makes has no index yet. A plan of no operations says that all is as it is to be.
 */
#ifndef NET_PLAN_H
#define NET_PLAN_H

#include "core/str.h"
#include "net/addr.h"
#include "net/desired.h"
#include "net/link.h"
#include "net/ovs.h"
#include "net/route.h"

/* A host at one moment. */
struct observed {
	struct link *links;
	size_t n_links;
	struct addr *addrs;
	size_t n_addrs;
	struct route *routes; /* the main table's */
	size_t n_routes;
	struct ovs_config ovs; /* empty when nobody asked for Open vSwitch */
	char **dhcp;	       /* the interfaces that a client of ours runs on */
};
void observed_done(struct observed *o);

enum plan_kind {
	PLAN_BRIDGE_ADD,
	PLAN_BRIDGE_DEL,
	PLAN_PORT_ADD,
	PLAN_PORT_DEL,
	PLAN_OVS_BRIDGE_ADD,
	PLAN_OVS_BRIDGE_DEL,
	PLAN_OVS_PORT_ADD,
	PLAN_OVS_PORT_DEL,
	PLAN_UP,
	PLAN_DOWN,
	PLAN_DHCP_STOP,
	PLAN_DHCP_START,
	PLAN_ROUTE_DEL,
	PLAN_ADDRESS_DEL,
	PLAN_ADDRESS_ADD,
	PLAN_ROUTE_ADD,
	PLAN_KINDS,
};

struct plan_op {
	enum plan_kind kind;
	const char *name; /* of the interface or bridge; borrowed from what the plan was made of */
	const char *port; /* PLAN_*PORT_* */
	struct ip ip;	  /* an address, or the gateway of a default route */
	uint32_t metric;  /* of that route */
	const char *datapath; /* PLAN_OVS_BRIDGE_ADD; NULL: ovs-vswitchd's own choice */
	bool internal;	      /* PLAN_OVS_PORT_ADD: ovs-vswitchd makes the interface */
	bool restores;	      /* puts back what an operation before it takes along: no change */
	size_t of;	      /* which of the document's interfaces it is for */
};

struct plan {
	struct plan_op *ops;
	size_t n;
};
void plan_done(struct plan *p);

/**
 * plan_make - compare the two.
 *
 * Ports are added, never removed. Addresses and the default route of a family become those that are
 * listed; dynamic and link-local addresses are left. The interfaces of the document, and the ports
 * of its bridges, are brought up.
 *
 * Returns: 0; -ENODEV, an interface that is not there and cannot be made; -EEXIST, one of another
 * type is in the way; -EBUSY, a port of another bridge.
 */
int plan_make(const struct desired *d, const struct observed *o, struct plan *out, struct err *e);

/* The operation that undoes another; of what only restores, nothing does: false. */
bool plan_inverse(const struct plan_op *op, struct plan_op *out);
/* "add address 10.0.0.1/24 to br0": appended. */
void plan_describe(const struct plan_op *op, struct str *out);
/* Whether anything changes for one of the document's interfaces; and whether it is made. */
bool plan_changes(const struct plan *p, size_t of);
bool plan_creates(const struct plan *p, size_t of);

#endif
