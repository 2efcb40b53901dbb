/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limits.h - bandwidth and port mappings: runtimeConfig of a type that makes an interface, or
 * plugins of their own behind one.
 */
#ifndef NET_CNI_LIMITS_H
#define NET_CNI_LIMITS_H

#include "net/cni/cni.h"

/* Are the port mappings and the bandwidth ones that can be? @has_host_end: is there one? */
int cni_limits_check(struct cni *c, bool has_host_end, struct err *e);
int cni_bandwidth_conf(struct cni *c, bool has_host_end, struct err *e); /* of bandwidth alone */

/**
 * cni_bandwidth_add - limit both directions, if so configured.
 * @host_ifname: the host's end
 *
 * What goes to the container is limited as the host's end sends it, what comes from it as an ifb
 * does that the host's end hands it to: nothing of it is within the container's reach.
 */
int cni_bandwidth_add(struct cni *c, const char *host_ifname, struct err *e);
/* cni_bandwidth_del - take the ifb away, if there is one. The rest goes with the host's end. */
int cni_bandwidth_del(struct cni *c, struct err *e);
int cni_bandwidth_check(struct cni *c, const char *host_ifname, struct err *e);

/* cni_nat_add - port mappings to the result's addresses, and masquerade with ipMasq. */
int cni_nat_add(struct cni *c, struct err *e);
int cni_nat_check(struct cni *c, struct err *e);

#endif
