/* SPDX-License-Identifier: Apache-2.0 */
/**
 * checkpoint.h - save the processes of a container, and make a container of what was saved, by
 * CRIU.
 */
#ifndef ENGINE_CRIU_CHECKPOINT_H
#define ENGINE_CRIU_CHECKPOINT_H

#include "engine/create.h"
#include "engine/criu/message.h"

/* What both take. NULL, 0 and false are the defaults. */
struct criu_options {
	const char *program;
	const char *image_path; /* "checkpoint" in the working directory */
	const char *work_path;	/* where the images are */
	char **empty_ns;	/* "network" */
	int cgroups_mode;	/* enum criu_cgroups_mode + 1; 0: soft */
	bool auto_dedup, ext_unix_sk, file_locks, lazy_pages, shell_job, tcp_established;
};

struct checkpoint_options {
	struct criu_options criu;
	const char *parent_path; /* relative to the images */
	const char *page_server; /* ADDRESS:PORT */
	int64_t status_fd;	 /* + 1 */
	bool leave_running, link_remap, pre_dump, tcp_skip_in_flight;
};

/**
 * container_checkpoint - dump it; then it is gone, unless leave_running or pre_dump.
 * @c: locked exclusively
 *
 * On failure it goes on as it was, and the message names CRIU's log.
 */
int container_checkpoint(struct container *c, const struct checkpoint_options *o, struct err *e);

struct restore_options {
	struct criu_options criu;
	struct create_options create;
	const char *lsm_profile;       /* TYPE:NAME */
	const char *lsm_mount_context; /* SELinux's */
	bool tcp_close;
};

/**
 * container_restore - a new container from a bundle and the images of a checkpoint.
 * @out: as of container_create; it runs already
 *
 * The journal is written before the first side effect, as when creating, and on failure what was
 * made is removed. The hooks prestart and createRuntime are run once its namespaces are there.
 */
int container_restore(const struct runtime *rt, const struct restore_options *o,
		      struct created *out, struct err *e);

/* What of the options goes into a request of either kind; for checkpoint.c and restore.c. */
int criu_options_apply(const struct criu_options *o, struct criu_request *q, struct err *e);

#endif
