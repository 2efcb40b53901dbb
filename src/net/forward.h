/* SPDX-License-Identifier: Apache-2.0 */
/**
 * forward.h - switches of the kernel (sysctl net.*) that containers' traffic needs.
 *
 * In the network namespace of the caller. A switch that has its value is not written, so that a
 * read-only /proc/sys does not matter then.
 */
#ifndef NET_FORWARD_H
#define NET_FORWARD_H

#include "core/err.h"

/* forward_set - write a value below /proc/sys/net, e.g. "ipv4/ip_forward", "1". Returns 1 when it
 * was changed, 0 when it was so, or -errno. */
int forward_set(const char *name, const char *value, struct err *e);

/**
 * forward_enable - let the host pass on packets of a family (AF_INET, AF_INET6).
 *
 * A host that forwards IPv6 takes no more router advertisements; interfaces that have routes from
 * them go on to (accept_ra 2), so that the host keeps its own default route.
 */
int forward_enable(int family, struct err *e);

/* forward_interface - the same for a switch of one interface: "ipv4/conf/IFNAME/KEY". */
int forward_interface(int family, const char *ifname, const char *key, const char *value,
		      struct err *e);

#endif
