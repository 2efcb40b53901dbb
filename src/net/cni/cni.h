/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cni.h - one call of the CNI plugin: what it was given, what it has open, what it gives back.
 *
 * A type is a row of functions (net/cni/type.h); what all types share is done around them.
 * Everything that is made can be found again from the names of network, container and interface
 * alone, so that DEL works after a kill at any moment, without a record of what was done.
 */
#ifndef NET_CNI_CNI_H
#define NET_CNI_CNI_H

#include "net/cni/result.h"
#include "net/link.h"

#define CNI_OWNER_MAX 640

struct cni {
	struct cni_call call;
	struct cni_conf conf;
	enum cni_version version;
	const char *state_dir; /* borrowed */
	enum cni_code code;    /* what an error is taken for by now */
	bool is_ipam;	       /* called as an ipam plugin, by another one */

	struct nl *host;   /* routing netlink of the namespace that the plugin runs in */
	int netns;	   /* the container's; -1: gone, or not given */
	struct nl *inside; /* there; NULL then */

	struct cni_result result;
	struct link link;	    /* the container's end, inside */
	char host_ifname[IFNAMSIZ]; /* the host's end; "" without one */
	char *owner;		    /* "cni:NETWORK:CONTAINER:IFNAME" */
};

void cni_done(struct cni *c);

/* cni_fail - code and message in one: returns -num. */
int cni_fail(struct cni *c, enum cni_code code, struct err *e, const char *fmt, ...) _printf_(4, 5);

/* cni_open - sockets on the host and, when the namespace is there, inside. CNI_DEL takes one that
 * is gone for no error. */
int cni_open(struct cni *c, struct err *e);

/* cni_mac - the MAC address asked for: runtimeConfig.mac, else CNI_ARGS MAC=, args.cni.mac, mac.
 * Returns 1 and fills *out, 0 when none is, or -EINVAL. */
int cni_mac(const struct cni *c, struct mac *out, struct err *e);

/* cni_vlans_check - are vlan and vlanTrunk what they can be? */
int cni_vlans_check(struct cni *c, struct err *e);

/* cni_host_name - a name for the host's end that follows from network, container and interface.
 * @out: of IFNAMSIZ bytes. Returns @out. */
const char *cni_host_name(const struct cni *c, char *out);

/* cni_ifb_name - the same for the ifb that limits what it sends. */
const char *cni_ifb_name(const struct cni *c, char *out);

/* cni_key - network and container as one name of a file, with at most 128 characters. Heap. */
char *cni_key(const char *network, const char *container);

/* The prefix of cni_key for all containers of a network. Heap. */
char *cni_key_prefix(const char *network);

/* cni_owner - who port maps, interfaces and ports of Open vSwitch belong to, and the prefix of all
 * of a network. Heap. */
char *cni_owner_prefix(const char *network);
char *cni_owner(const char *network, const char *container, const char *ifname);

#endif
