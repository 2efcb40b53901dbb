/* SPDX-License-Identifier: Apache-2.0 */
/**
 * network.h - a container's network as a whole, by what its record says of it.
 *
 * Made before the container is created, in a pinned namespace, which outlives the container's
 * processes: a restart keeps addresses and leases. A reboot takes all of it, and boot makes it
 * again. One row per enum container_network.
 */
#ifndef ORCH_NETWORK_H
#define ORCH_NETWORK_H

#include "orch/container.h"

/* The two halves of bringing it up, in this order; what is there already stays as it is.
 * prepare: the namespace and, for vNICs, the internal bridge; sets internal_ip.
 * attach: interfaces to the world; waits a while for DHCP leases, but not for ever. */
int network_prepare(const struct orch *o, struct container *c, struct err *e);
int network_attach(const struct orch *o, const struct container *c, struct err *e);
int network_up(const struct orch *o, struct container *c, struct err *e);

/* Of a container that runs in its pinned namespace: what is missing of its network, since somebody
 * was killed who was at it or took it away, is made again. What is there stays, also on failure. */
int network_mend(const struct orch *o, struct container *c, struct err *e);
/* Are its interfaces to the world there, as far as that can be seen from the host? 1, also when it
 * has none; 0; or -errno. */
int network_is_attached(const struct orch *o, const struct container *c, struct err *e);

/* Backwards; what is not there is no error. @forget: the MACs that were generated, too. */
int network_detach(const struct orch *o, const struct container *c, bool forget, struct err *e);
int network_release(const struct orch *o, const struct container *c, struct err *e);
int network_down(const struct orch *o, const struct container *c, struct err *e);

/* The namespace for config.json's linux.namespaces: a heap string; NULL for the host's. */
char *network_namespace(const struct orch *o, const struct container *c);

/* What one kind of network does; NULL: nothing. Rows are in network.c. */
struct network_kind {
	int (*prepare)(const struct orch *o, struct container *c, int netns, struct err *e);
	int (*attach)(const struct orch *o, const struct container *c, int netns, struct err *e);
	int (*detach)(const struct orch *o, const struct container *c, bool forget, struct err *e);
	int (*release)(const struct orch *o, const struct container *c, struct err *e);
	int (*is_attached)(const struct orch *o, const struct container *c, struct err *e);
	bool pinned; /* has a namespace of its own */
};
extern const struct network_kind network_vnics;
extern const struct network_kind network_bridge;

#endif
