/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ipam.h - addresses for a container: ours, or another plugin's.
 *
 * host-local, static and dhcp are built in. Another program of that name which CNI_PATH finds first
 * is used instead, and so is any other type found there.
 */
#ifndef NET_CNI_IPAM_H
#define NET_CNI_IPAM_H

#include "net/cni/cni.h"
#include "net/ip.h"

struct cni_ipam_type {
	const char *name;
	bool is_on_link; /* works through the interface, which has to be there and up */
	/* Adds addresses, routes, DNS to *out. */
	int (*add)(struct cni *c, struct cni_result *out, struct err *e);
	int (*del)(struct cni *c, struct err *e);
	int (*check)(struct cni *c, struct err *e);
	int (*gc)(struct cni *c, struct err *e);
	int (*status)(struct cni *c, struct err *e);
};
extern const struct cni_ipam_type cni_host_local, cni_static, cni_dhcp;

/* A built-in type, or NULL. */
const struct cni_ipam_type *cni_ipam_find(const char *name);

/* What the configuration names. */
struct cni_ipam_plan {
	const struct cni_ipam_type *built_in; /* NULL: a program */
	char *program;			      /* NULL: none either, no ipam is configured */
};
/* Returns 0, or -ENOENT (code 5) when it is not found. */
int cni_ipam_plan(struct cni *c, struct cni_ipam_plan *out, struct err *e);
void cni_ipam_plan_done(struct cni_ipam_plan *p);
#define autoipam _cleanup_(cni_ipam_plan_done) struct cni_ipam_plan

/* Whether the interface is to be made first. */
bool cni_ipam_is_on_link(const struct cni_ipam_plan *p);

/* For CNI_ADD: what is got is appended to the result, and what the network itself says of DNS
 * comes first. For the other commands see the specification. */
int cni_ipam_add(struct cni *c, const struct cni_ipam_plan *p, struct err *e);
int cni_ipam_run(struct cni *c, const struct cni_ipam_plan *p, struct err *e);

/* Addresses that were asked for, by CNI_ARGS IP=, args.cni.ips, runtimeConfig.ips. *out is on the
 * heap. */
int cni_requested_ips(const struct cni *c, struct ip **out, size_t *n, struct err *e);

#endif
