/* SPDX-License-Identifier: Apache-2.0 */
/**
 * document.h - a state document's containers: how they are to be; pure.
 *
 *	{"version": 1, "plugins": {"lxc": {"containers": [
 *	  {"id": "101", "veth": "vi101", "bridge": "ovsbr0", "running": true,
 *	   "properties": {"network_type": "bridge", "template": "oci:/srv/plc", "memory": 512,
 *	                  "cores": 2, "ipv4": "10.0.0.5/24", "nameserver": "10.0.0.1"}}]},
 *	 "net": {"interfaces": [...]}}}
 *
 * Numbers may be strings of decimal digits. Properties that are not here are ignored; the plugin
 * "net" is net/desired.h's.
 */
#ifndef ORCH_STATE_DOCUMENT_H
#define ORCH_STATE_DOCUMENT_H

#include "core/record.h"

#define DOCUMENT_VERSION 1
#define DOCUMENT_CONTAINERS_MAX 1024

enum document_network { DOCUMENT_BRIDGE = 1, DOCUMENT_NETMAKER };
extern const struct name document_network_names[]; /* "bridge", "netmaker" */

struct document_container {
	char *id;
	char *veth;   /* the host's end of its link; "vi" and the id when not given */
	char *bridge; /* NULL with netmaker */
	bool running;
	int network;		      /* enum document_network */
	char *image;		      /* a reference, or a bundle's path; NULL: not given */
	char *hostname;		      /* NULL: the id */
	uint64_t memory, swap, cores; /* MB, MB, processors; 0: no limit */
	char *nameserver;	      /* addresses with spaces between them; NULL: the host's */
	char *ipv4;		      /* "ADDRESS/PREFIX"; NULL: none */
};

struct document {
	struct document_container *containers;
	size_t n;
	bool has_containers; /* whether it speaks of containers at all */
	bool has_net;
};

/**
 * document_decode - read a document, and check all that can be without the host.
 *
 * Returns: 0, or -EINVAL with the path of the member. Free with document_done.
 */
int document_decode(const struct json *root, struct document *out, struct err *e);
void document_done(struct document *d);

const struct document_container *document_find(const struct document *d, const char *id);

/* One container as the document has it, with what was not given. */
void document_encode(const struct document_container *c, struct json_out *o);

#endif
