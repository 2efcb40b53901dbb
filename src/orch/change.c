/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/change.h"

#include "core/log.h"
#include "orch/operation.h"
#include "orch/store.h"

#include <errno.h>

/* Between two messages for one container the first may still be about to let go. */
#define LOCK_TIMEOUT_MS 2000

static int is_busy(const char *name, const char *operation, struct err *e)
{
	return err_msg(e, EBUSY, "Container %s already has a %s operation in progress", name,
		       operation);
}

int change_lock(const struct orch *o, const char *name, struct err *e)
{
	_cleanup_(operation_done) struct operation op = { 0 };
	int lock, r = operation_load(o, o->ns, name, &op, e);

	if (r < 0)
		return r;
	if (r > 0 && operation_is_running(&op))
		return is_busy(name, op.operation, e);
	lock = store_lock(o, o->ns, name, LOCK_TIMEOUT_MS, e);
	return lock == -ETIMEDOUT ? is_busy(name, "start or stop", e) : lock;
}

int change_open(const struct orch *o, const char *name, struct container *c, struct err *e)
{
	autofd int lock = change_lock(o, name, e);
	int r = lock < 0 ? lock : container_load(o, o->ns, name, c, e);

	if (r < 0)
		return r;
	if (r == 0 || !c->complete || c->deleting)
		return err_msg(e, ENOENT, "Device not found: %s", name);
	return TAKE_FD(lock);
}

int change_record(const struct orch *o, enum audit_operation op, const char *name, const char *what,
		  const struct json *data, struct err *e)
{
	char *const changes[] = { (char *)what, NULL };
	const struct audit_change change = {
		.plugin = "runtime",
		.op = op,
		.resource = name,
		.changes = changes,
		.data = data,
	};
	int r = audit_append(o->audit_dir, &change, e);

	return r < 0 ? err_wrap(e, "nothing was done, for it could not be recorded: ") : 0;
}

void change_record_failure(const struct orch *o, enum audit_operation op, const char *name,
			   const struct err *failure)
{
	const struct audit_change change = {
		.plugin = "runtime", .op = op, .resource = name, .error = failure->text
	};
	struct err e = { 0 };

	if (audit_append(o->audit_dir, &change, &e) < 0)
		log_error("%s", e.text);
}
