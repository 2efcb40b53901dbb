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

/* Brings it up; what is there already stays as it is. On failure what this call made is gone. */
int network_up(const struct orch *o, struct container *c, struct err *e);
/* Takes it down, with its DHCP clients; what is not there is no error. */
int network_down(const struct orch *o, const struct container *c, struct err *e);
/* The namespace for config.json's linux.namespaces: a heap string; NULL for the host's. */
char *network_namespace(const struct orch *o, const struct container *c);

#endif
