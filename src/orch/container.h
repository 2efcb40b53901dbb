/* SPDX-License-Identifier: Apache-2.0 */
/**
 * container.h - the record of one container: what it is made of, and what is wanted of it.
 *
 * Lives in container.json of its directory. A container is there when its record says "complete";
 * a directory without that belongs to a create that is under way, or died, or to a delete.
 * What a container does right now is not here: the OCI runtime and the monitor know it.
 */
#ifndef ORCH_CONTAINER_H
#define ORCH_CONTAINER_H

#include "core/record.h"
#include "orch/orch.h"

enum container_network {
	CONTAINER_NETWORK_VNICS = 1, /* "vnics": an internal bridge, and vNICs of vnics.json */
	CONTAINER_NETWORK_BRIDGE,    /* "bridge": one veth on a bridge */
	CONTAINER_NETWORK_HOST,	     /* "host": the host's network namespace */
	CONTAINER_NETWORK_PATH,	     /* "path": a namespace that somebody else prepared */
	CONTAINER_NETWORK_NONE,	     /* "none" */
};
extern const struct name container_network_names[];

/* "state" for those of a state document, "run" for those of `orchctl run`; none: a message's. */
#define CONTAINER_OWNER_LABEL "runlet.owner"

struct container {
	char *ns;
	char *name;
	char *image;	/* as it was asked for: a reference of skopeo's, or a bundle's directory */
	char *runtime;	/* absolute path of the OCI runtime that it was made with */
	char *restart;	/* "no", "on-failure", "always" */
	bool complete;	/* all steps of its creation were done */
	bool deleting;	/* nothing else will become of it */
	int network;	/* enum container_network */
	char *netns;	/* CONTAINER_NETWORK_PATH: the namespace */
	char *bridge;	/* CONTAINER_NETWORK_BRIDGE */
	char *veth;	/* CONTAINER_NETWORK_BRIDGE: the host's end */
	char *ipv4;	/* CONTAINER_NETWORK_BRIDGE: "ADDRESS/PREFIX", or absent for none */
	char *hostname; /* NULL: its name */
	uint64_t memory_mb; /* 0: no limit, as for the next two */
	uint64_t swap_mb;   /* beyond memory */
	uint64_t cores;
	uint64_t cpu_quota_us;	  /* of processors' time in 100 ms, instead of cores; 0: none */
	uint64_t stop_timeout_ms; /* from TERM to KILL; 0: the monitor's default */
	char **dns;		  /* servers; NULL: those of its vNICs, DHCP's, or the host's */
	char *internal_ip;	  /* its address on the internal bridge */
	char *created_at;
	char **tags;
	struct strmap labels; /* and who made it: CONTAINER_OWNER_LABEL */
};
extern const struct record container_record;

void container_done(struct container *c);

/* Returns 1 and fills *c; 0 when there is none; -EBADMSG when the record is damaged, or
 * was, and is put aside; or another -errno. */
int container_load(const struct orch *o, const char *ns, const char *name, struct container *c,
		   struct err *e);
/* The container's directory must be there. */
int container_save(const struct orch *o, const struct container *c, struct err *e);

/* Is there anything by that name: a directory, whole or half made? 1 or 0. */
int container_exists(const struct orch *o, const char *ns, const char *name, struct err *e);

/* The namespaces, and the names in one of them, whole containers and half made ones; sorted. */
int container_namespaces(const struct orch *o, char ***out, struct err *e);
int container_names(const struct orch *o, const char *ns, char ***out, struct err *e);

#endif
