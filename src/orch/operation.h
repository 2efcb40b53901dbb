/* SPDX-License-Identifier: Apache-2.0 */
/**
 * operation.h - what is being done to a container, on disk, and who does it.
 *
 * A record is there while a worker is at it, and afterwards only if that failed. The worker is a
 * process of its own (orchctl operation NAME, hidden), which holds the container's lock: it
 * outlives who asked for it. One that died leaves "creating" behind, which reads as
 * "error: interrupted" from then on.
 */
#ifndef ORCH_OPERATION_H
#define ORCH_OPERATION_H

#include "core/record.h"
#include "orch/orch.h"

enum operation_status { OPERATION_CREATING = 1, OPERATION_DELETING, OPERATION_ERROR };
extern const struct name operation_status_names[];

struct operation {
	int status;	 /* enum operation_status */
	char *operation; /* "create", "delete" */
	char *step;	 /* of a create or delete: what it is at, or failed at */
	char *error;	 /* OPERATION_ERROR: why */
	char *started_at;
	char *updated_at;
	int64_t pid; /* the worker, by pid, start time and boot */
	uint64_t start_time;
	char *boot_id;
};

void operation_done(struct operation *op);

/* Returns 1 and fills *op, in which a dead worker's status is an error already; 0 when nothing is
 * to be told; or -errno. */
int operation_load(const struct orch *o, const char *ns, const char *name, struct operation *op,
		   struct err *e);
bool operation_is_running(const struct operation *op); /* creating or deleting */

/* The namespaces, and the names in one of them, of which there are records; sorted. */
int operation_namespaces(const struct orch *o, char ***out, struct err *e);
int operation_names(const struct orch *o, const char *ns, char ***out, struct err *e);

/**
 * operation_start - let a worker do it.
 * @kind: "create" or "delete"
 * @lock: the container's, from store_lock; handed over to the worker, also on failure
 *
 * Returns: 0 once the record is written and the worker started.
 */
int operation_start(const struct orch *o, const char *ns, const char *name, const char *kind,
		    int lock, struct err *e);
/* Waits for the worker's end. Returns 0 when all went well, or -errno with the operation's error.
 */
int operation_wait(const struct orch *o, const char *ns, const char *name, struct err *e);

/* For the worker, and for who works in its own process: writes the record, with the caller as the
 * worker; tells the next step; ends it well (no record is left), or with an error. */
int operation_begin(const struct orch *o, const char *ns, const char *name, const char *kind,
		    struct err *e);
int operation_step(const struct orch *o, const char *ns, const char *name, const char *step,
		   struct err *e);
int operation_end(const struct orch *o, const char *ns, const char *name, const struct err *failure,
		  struct err *e);

#endif
