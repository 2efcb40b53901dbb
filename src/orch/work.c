/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/work.h"

#include "core/log.h"
#include "orch/change.h"
#include "orch/create.h"
#include "orch/operation.h"
#include "orch/orchestrator.h"
#include "orch/store.h"
#include "orch/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LOCK_TIMEOUT_MS 10000

static const struct work {
	const char *kind;
	enum audit_operation op;
	int (*run)(const struct orch *o, const char *ns, const char *name, struct err *e);
} works[] = {
	{ "create", AUDIT_CREATE, create_run },
	{ "delete", AUDIT_DELETE, create_remove },
};

static const struct work *find(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(works); i++)
		if (str_eq(works[i].kind, kind))
			return &works[i];
	return NULL;
}

/* The lock that we were started with, by who also wrote the record. Called by hand there is
 * neither. */
static int begin(const struct orch *o, const char *kind, const char *name, struct err *e)
{
	autofd int lock = -1;
	int r;

	if (store_lock_is(o, o->ns, name, WORKER_LOCK_FD) &&
	    fcntl(WORKER_LOCK_FD, F_SETFD, FD_CLOEXEC) == 0)
		return WORKER_LOCK_FD;
	lock = store_lock(o, o->ns, name, LOCK_TIMEOUT_MS, e);
	r = lock < 0 ? lock : operation_begin(o, o->ns, name, kind, e);
	return r < 0 ? r : TAKE_FD(lock);
}

/* A delete_orchestrator is the deletion of everything. */
static int act(const struct orch *o, const struct work *w, const char *name, struct err *e)
{
	if (w->op == AUDIT_DELETE && str_eq(name, ORCHESTRATOR_DEVICE))
		return orchestrator_remove(o, e);
	return w->run(o, o->ns, name, e);
}

int work_run(const struct orch *o, const char *kind, const char *name, struct err *e)
{
	const struct work *w = find(kind);
	autofd int lock = -1;
	struct err telling = { 0 };
	int r;

	if (!w)
		return err_msg(e, EINVAL, "operation \"%s\": no such kind", kind);
	lock = begin(o, kind, name, e);
	if (lock < 0)
		return lock;
	r = act(o, w, name, e);
	if (r < 0)
		change_record_failure(o, w->op, name, e);
	if (operation_end(o, o->ns, name, r < 0 ? e : NULL, &telling) < 0)
		log_error("%s: %s", name, telling.text);
	return r;
}
