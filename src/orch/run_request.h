/* SPDX-License-Identifier: Apache-2.0 */
/**
 * run_request.h - what `orchctl run` is asked for, by its options or as a document.
 *
 * 0-OS's contract: a name, what to run, tags, environment, a network, mounts, an entrypoint. The
 * document is kept as request.json of the container's directory, and `orchctl inspect` shows it.
 */
#ifndef ORCH_RUN_REQUEST_H
#define ORCH_RUN_REQUEST_H

#include "orch/bundle.h"
#include "orch/container.h"

enum run_network_mode { RUN_NETWORK_NONE = 1, RUN_NETWORK_HOST };

/* A namespace that somebody prepared, by its path; or a mode; neither: none. */
struct run_network {
	char *namespace;
	int mode; /* enum run_network_mode */
};
extern const struct name run_network_names[]; /* "none", "host" */

struct run_mount {
	char *source;
	char *target;
	char *type;
	char **options;
};

struct run_request {
	char *name;
	char *image;  /* a reference; or: */
	char *bundle; /* the absolute path of an OCI bundle */
	char **tags;
	struct strmap labels;
	char **env;
	char **entrypoint; /* takes the place of the image's, and of its arguments */
	char **args;	   /* take the place of the image's, or of all that a bundle runs */
	struct run_network *network;
	struct run_mount *mounts;
	size_t n_mounts;
	char *user;
	char *workdir;
	char *hostname;
	bool read_only;
	bool elevated;				   /* CAP_SYS_ADMIN and /dev/fuse */
	char **devices;				   /* "SOURCE" or "SOURCE:PATH" */
	char **capabilities;			   /* "CAP_SYS_NICE" */
	uint64_t memory_mb, swap_mb, cpu_quota_us; /* the last of every 100 ms; 0: no limit */
	char *restart;				   /* "no", "on-failure", "always"; NULL: "no" */
	int pull;				   /* enum image_pull; 0: what is missing */
	uint64_t stop_timeout_s;		   /* 0: 10 */
};
extern const struct record run_request_record; /* checks what can be without the host */
void run_request_done(struct run_request *r);

/* run_request_check - what the host has to say: the bundle, the namespace and the sources of bind
 * mounts are there. Returns 0 or -errno. */
int run_request_check(const struct run_request *r, struct err *e);

/* run_request_container - the record of the container to be. Borrows from @r and @o, but for the
 * labels, which are its own: strmap_done. */
void run_request_container(const struct orch *o, const struct run_request *r,
			   struct container *out);

/* Was a container made by `orchctl run`? */
bool run_request_made(const struct container *c);
/* run_request_load - of such a container. */
int run_request_load(const struct orch *o, const struct container *c, struct run_request *out,
		     struct err *e);

/* run_request_bundle - what of it goes into config.json, added to @b; borrows. The arrays are on
 * the heap: run_request_bundle_done. */
void run_request_bundle(const struct run_request *r, struct bundle *b);
void run_request_bundle_done(struct bundle *b);

#endif
