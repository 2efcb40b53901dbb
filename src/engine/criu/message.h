/* SPDX-License-Identifier: Apache-2.0 */
/**
 * message.h - what is asked of CRIU and what it answers, as plain structs; pure.
 * Spec: https://criu.org/RPC, images/rpc.proto.
 */
#ifndef ENGINE_CRIU_MESSAGE_H
#define ENGINE_CRIU_MESSAGE_H

#include "core/err.h"
#include "core/str.h"

enum criu_type { CRIU_DUMP = 1, CRIU_RESTORE = 2, CRIU_PRE_DUMP = 4, CRIU_NOTIFY = 6 };

enum criu_cgroups_mode {
	CRIU_CGROUPS_IGNORE = 0,
	CRIU_CGROUPS_SOFT = 3,
	CRIU_CGROUPS_FULL = 4,
	CRIU_CGROUPS_STRICT = 5,
};

/* A descriptor of CRIU's process that takes the place of what was dumped under this name. */
struct criu_inherit {
	char *name;
	int fd;
};

/* On restore: what takes the place of the uppermost cgroup in the images. */
struct criu_cgroup_root {
	char *controller; /* of v1; NULL: of the others, so of the v2 hierarchy */
	char *path;
};

/* Strings are borrowed, lists too; what is NULL or false is not sent. Descriptors are this
 * process's, but for those that are inherited. */
struct criu_request {
	enum criu_type type;
	int64_t images_dir, work_dir; /* descriptors */
	int64_t pid;		      /* of the tree's root, to dump */
	const char *log_file;
	const char *root;
	const char *parent;	   /* images of an earlier pre-dump, relative */
	const char *freeze_cgroup; /* path */
	const char *lsm_profile, *lsm_mount_context;
	bool leave_running, ext_unix_sk, tcp_established, tcp_close, tcp_skip_in_flight, shell_job,
		file_locks, track_memory, auto_dedup, link_remap, lazy_pages, orphan_pts_master,
		restore_sibling;
	int64_t status_fd;	 /* + 1; 0: none */
	int64_t cgroups_mode;	 /* enum criu_cgroups_mode + 1; 0: CRIU's default */
	int64_t empty_ns;	 /* CLONE_NEW* */
	const char *page_server; /* address, or NULL */
	int64_t page_server_port;
	char **external; /* "mnt[/path]:cookie" and the like */
	const struct criu_inherit *inherit;
	size_t n_inherit;
	const struct criu_cgroup_root *cgroup_roots;
	size_t n_cgroup_roots;
};

void criu_request_encode(const struct criu_request *r, struct str *out);
/* The answer to a notification: all is well, go on. Or not. */
void criu_notified_encode(bool ok, struct str *out);

#define CRIU_TEXT_MAX 256

struct criu_response {
	unsigned type; /* enum criu_type, or another */
	bool success;
	int64_t error;		     /* errno, when CRIU gives one */
	int64_t pid;		     /* of the tree's root: restored, or notified of */
	char script[CRIU_TEXT_MAX];  /* what it notifies of, or "" */
	char message[CRIU_TEXT_MAX]; /* of an error, or "" */
};

/* Returns 0, or -EBADMSG. */
int criu_response_decode(const void *bytes, size_t len, struct criu_response *out);

#endif
