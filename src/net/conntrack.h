/* SPDX-License-Identifier: Apache-2.0 */
/**
 * conntrack.h - forgetting what the kernel remembers of UDP streams.
 *
 * Address translation is decided with a stream's first packet, and a sender that goes on keeps its
 * entry alive: so it would never notice that a port was mapped, or is no more. A TCP connection
 * ends, and there is no need.
 */
#ifndef NET_CONNTRACK_H
#define NET_CONNTRACK_H

#include "core/err.h"

struct conntrack_port {
	int family;    /* AF_INET, AF_INET6 */
	uint16_t port; /* that the first packet was sent to */
};

/* conntrack_forget_udp - in the caller's network namespace. Returns how many entries went, or
 * -errno; a kernel without connection tracking has none. */
int conntrack_forget_udp(const struct conntrack_port *ports, size_t n, struct err *e);

#endif
