/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bridge.h - the kernel's bridge: what is set of it and of its ports beyond what every interface
 * has.
 */
#ifndef NET_BRIDGE_H
#define NET_BRIDGE_H

#include "net/link.h"

struct bridge_port {
	bool hairpin;  /* send back out of the port that a frame came in by */
	bool isolated; /* reach no other isolated port */
};
int bridge_port_set(struct nl *nl, int index, const struct bridge_port *p, struct err *e);

/**
 * bridge_vlan_add, _del - VLANs of a port (or, with @self, of the bridge's own interface).
 * @first, @last: 1..4094; @pvid: untagged frames are of it, and its own leave untagged
 */
int bridge_vlan_add(struct nl *nl, int index, uint16_t first, uint16_t last, bool pvid, bool self,
		    struct err *e);
int bridge_vlan_del(struct nl *nl, int index, uint16_t first, uint16_t last, bool self,
		    struct err *e);

int bridge_set_vlan_filtering(struct nl *nl, int index, bool on, struct err *e);
int bridge_set_promisc(struct nl *nl, int index, bool on, struct err *e);

#endif
