/* SPDX-License-Identifier: Apache-2.0 */
/**
 * result.h - what a CNI ADD gives back: interfaces, addresses, routes, DNS.
 */
#ifndef NET_CNI_RESULT_H
#define NET_CNI_RESULT_H

#include "net/cni/call.h"
#include "net/cni/conf.h"

struct cni_iface {
	char *name;
	char *mac;
	char *sandbox; /* the namespace's path; NULL: on the host */
	int64_t mtu;   /* 0: not known */
	char *socket_path, *pci;
};

struct cni_ip {
	char *address;	      /* with its prefix length */
	char *gateway;	      /* or NULL */
	struct opt_int iface; /* its place among the interfaces */
};

struct cni_result {
	struct cni_iface *ifaces;
	size_t n_ifaces;
	struct cni_ip *ips;
	size_t n_ips;
	struct cni_route *routes;
	size_t n_routes;
	struct cni_dns *dns;
};

/* cni_result_read - from a tree, as versions 0.3.0 to 1.1.0 write it. Returns 0 or -EINVAL. */
int cni_result_read(const struct json *j, struct cni_result *out, struct err *e);
/* cni_result_parse - the same from text. */
int cni_result_parse(const char *text, size_t len, struct cni_result *out, struct err *e);
void cni_result_done(struct cni_result *r);

/* cni_result_write - as @version has it. */
void cni_result_write(const struct cni_result *r, enum cni_version version, struct json_out *o);

/* Appending; texts are copied. Returns the interface's place. */
size_t cni_result_add_iface(struct cni_result *r, const char *name, const char *mac,
			    const char *sandbox, uint32_t mtu);
void cni_result_add_ip(struct cni_result *r, const char *address, const char *gateway);
/* @gw: or NULL */
void cni_result_add_route(struct cni_result *r, const char *dst, const char *gw);
void cni_result_add_routes(struct cni_result *r, const struct cni_route *routes, size_t n);
/* The first that has a word counts for each member. */
void cni_result_add_dns(struct cni_result *r, const struct cni_dns *dns);

/* The interface of this name in a container; NULL. */
const struct cni_iface *cni_result_inside(const struct cni_result *r, const char *ifname);

#endif
