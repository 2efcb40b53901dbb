/* SPDX-License-Identifier: Apache-2.0 */
/**
 * gateway.h - when the host is a container's gateway.
 */
#ifndef NET_CNI_GATEWAY_H
#define NET_CNI_GATEWAY_H

#include "net/cni/cni.h"
#include "net/ip.h"

/* The addresses of a result, with the prefix lengths of their subnets. *out is on the heap. */
int cni_addresses(const struct cni_result *r, struct ip **out, size_t *n, struct err *e);

/* cni_gateway_plan - fill in the gateways that the result does not name: the first address of each
 * subnet; with isDefaultGateway add the default routes. */
int cni_gateway_plan(struct cni *c, struct err *e);

/**
 * cni_gateway_assign - give an interface of the host the gateways' addresses, and forward.
 *
 * An address that overlaps one of them is an error; with forceAddress it is removed. The caller
 * holds the interface's lock.
 */
int cni_gateway_assign(struct cni *c, int index, struct err *e);

#endif
