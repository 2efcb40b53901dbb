/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/operation.h"

#include "core/file.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "orch/container.h"
#include "orch/orchestrator.h"
#include "orch/store.h"
#include "orch/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SUFFIX ".json"

const struct name operation_status_names[] = {
	{ "creating", OPERATION_CREATING },
	{ "deleting", OPERATION_DELETING },
	{ "error", OPERATION_ERROR },
	{ 0 },
};

static const struct name kinds[] = {
	{ "create", OPERATION_CREATING },
	{ "delete", OPERATION_DELETING },
	{ 0 },
};

static const struct field operation_fields[] = {
	F_ENUM("status", struct operation, status, operation_status_names, FIELD_REQUIRED),
	F_STRING("operation", struct operation, operation, FIELD_REQUIRED),
	F_STRING("step", struct operation, step, 0),
	F_STRING("error", struct operation, error, 0),
	F_STRING("started_at", struct operation, started_at, FIELD_REQUIRED),
	F_STRING("updated_at", struct operation, updated_at, FIELD_REQUIRED),
	F_INT("pid", struct operation, pid, 0, INT32_MAX, 0),
	F_UINT("start_time", struct operation, start_time, UINT64_MAX, 0),
	F_STRING("boot_id", struct operation, boot_id, 0),
};
static const struct record operation_record =
	RECORD(struct operation, "operation", operation_fields);

void operation_done(struct operation *op)
{
	record_done(&operation_record, op);
}

bool operation_is_running(const struct operation *op)
{
	return op->status == OPERATION_CREATING || op->status == OPERATION_DELETING;
}

static char *record_path(const struct orch *o, const char *ns, const char *name)
{
	return xasprintf("%s/operations/%s/%s" SUFFIX, o->state_dir, ns, name);
}

int operation_namespaces(const struct orch *o, char ***out, struct err *e)
{
	autofree char *path = xasprintf("%s/operations", o->state_dir);

	return store_list(path, out, e);
}

int operation_names(const struct orch *o, const char *ns, char ***out, struct err *e)
{
	autofree char *path = xasprintf("%s/operations/%s", o->state_dir, ns);
	autostrv char **files = NULL;
	char **names = strv_new();
	int r = store_list(path, &files, e);

	for (size_t i = 0; r == 0 && files[i]; i++) {
		size_t n = strlen(files[i]), suffix = strlen(SUFFIX);

		if (n > suffix && str_eq(files[i] + n - suffix, SUFFIX))
			strv_push_take(&names, xstrndup(files[i], n - suffix));
	}
	if (r < 0)
		strv_free(names);
	else
		*out = names;
	return r;
}

/* 1 when the worker of the record lives, else 0. */
static int worker_lives(const struct operation *op, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	struct proc_stat stat;
	char boot_id[37];
	int r = proc < 0 ? proc : procfs_boot_id(proc, boot_id, e);

	if (r < 0)
		return r;
	if (!op->boot_id || !str_eq(op->boot_id, boot_id))
		return 0;
	r = procfs_stat(proc, (pid_t)op->pid, &stat, e);
	if (r <= 0)
		return r;
	return stat.start_time == op->start_time && stat.state != 'Z' && stat.state != 'X';
}

static int load(const char *path, struct operation *op, struct err *e)
{
	autojson *doc = NULL;
	int r = store_load(path, &doc, e);

	if (r <= 0)
		return r;
	r = record_decode(&operation_record, json_root(doc), op, e);
	return r < 0 ? store_set_aside(path, e) : 1;
}

/* The worker ended between its last step and removing its record: there is nothing to tell. */
static bool was_done(const struct orch *o, const char *ns, const char *name,
		     const struct operation *op)
{
	_cleanup_(container_done) struct container c = { 0 };

	if (str_eq(name, ORCHESTRATOR_DEVICE))
		return false;
	if (op->status == OPERATION_DELETING)
		return container_exists(o, ns, name, NULL) == 0;
	return container_load(o, ns, name, &c, NULL) > 0 && c.complete && !c.deleting;
}

/* What a running operation's record means, now that its worker was looked for. Returns 1, 0 when
 * there is nothing to be told; or -errno. */
static int judge(const struct orch *o, const char *ns, const char *name, const char *path,
		 struct operation *op, struct err *e)
{
	int lives = worker_lives(op, e);

	if (lives != 0)
		return lives;
	/* It may have ended well, and taken its record with it, since it was read. */
	if (access(path, F_OK) < 0 || was_done(o, ns, name, op))
		return 0;
	op->status = OPERATION_ERROR;
	free(op->error);
	op->error = xstrdup("interrupted");
	return 1;
}

int operation_load(const struct orch *o, const char *ns, const char *name, struct operation *op,
		   struct err *e)
{
	autofree char *path = record_path(o, ns, name);
	struct operation read = { 0 };
	int r = load(path, &read, e);

	if (r > 0 && operation_is_running(&read))
		r = judge(o, ns, name, path, &read, e);
	if (r > 0)
		*op = read;
	else
		operation_done(&read);
	return r;
}

/* @flags: FILE_SYNC for what has to outlast a power cut: that there is an operation, and how it
 * ended. A step need not: its worker does not, either. */
static int save(const struct orch *o, const char *ns, const char *name, struct operation *op,
		int flags, struct err *e)
{
	autofree char *path = record_path(o, ns, name);
	autojsonout *out = json_out_new("  ");
	char now[32];
	const char *text;
	size_t len;

	store_timestamp(now);
	free(op->updated_at);
	op->updated_at = xstrdup(now);
	record_encode(&operation_record, op, out);
	text = json_out_text(out, &len);
	return file_replace(AT_FDCWD, path, 0644, text, len, flags, e);
}

/* A new record, with this process as the worker. */
static int begin(const struct orch *o, const char *ns, const char *name, const char *kind,
		 pid_t pid, struct err *e)
{
	_cleanup_(operation_done) struct operation op = { .operation = xstrdup(kind), .pid = pid };
	autofd int proc = procfs_open_root(e);
	char now[32], boot_id[37];
	struct proc_stat stat;
	int64_t status = 0;
	int r = proc < 0 ? proc : procfs_boot_id(proc, boot_id, e);

	if (r < 0)
		return r;
	r = procfs_stat(proc, pid, &stat, e);
	if (r <= 0)
		return r < 0 ? r : err_msg(e, ESRCH, "the worker of %s is gone", name);
	if (!names_find(kinds, kind, &status))
		return err_msg(e, EINVAL, "operation \"%s\": no such kind", kind);
	store_timestamp(now);
	op.status = (int)status;
	op.started_at = xstrdup(now);
	op.start_time = stat.start_time;
	op.boot_id = xstrdup(boot_id);
	return save(o, ns, name, &op, FILE_SYNC, e);
}

int operation_begin(const struct orch *o, const char *ns, const char *name, const char *kind,
		    struct err *e)
{
	return begin(o, ns, name, kind, getpid(), e);
}

int operation_step(const struct orch *o, const char *ns, const char *name, const char *step,
		   struct err *e)
{
	_cleanup_(operation_done) struct operation op = { 0 };
	autofree char *path = record_path(o, ns, name);
	int r = load(path, &op, e);

	if (r <= 0)
		return r; /* nobody asked for a record */
	free(op.step);
	op.step = xstrdup(step);
	return save(o, ns, name, &op, 0, e);
}

int operation_end(const struct orch *o, const char *ns, const char *name, const struct err *failure,
		  struct err *e)
{
	_cleanup_(operation_done) struct operation op = { 0 };
	autofree char *path = record_path(o, ns, name);
	int r;

	if (!failure)
		return store_remove(path, e);
	r = load(path, &op, e);
	if (r <= 0)
		return r;
	op.status = OPERATION_ERROR;
	free(op.error);
	op.error = xstrdup(failure->text);
	return save(o, ns, name, &op, FILE_SYNC, e);
}

int operation_start(const struct orch *o, const char *ns, const char *name, const char *kind,
		    int lock, struct err *e)
{
	_cleanup_(worker_done) struct worker w = WORKER_NONE;
	int r = worker_prepare(o, ns, name, kind, lock, &w, e);

	(void)fd_close(lock); /* the worker has it, or nobody needs it */
	if (r == 0)
		r = begin(o, ns, name, kind, w.pid, e);
	if (r < 0)
		return r;
	r = worker_go(&w, e);
	if (r < 0)
		(void)operation_end(o, ns, name, e, NULL); /* the error is why it did not start */
	return r;
}

/* Waits for a process of a record, which may have ended long ago. */
static int wait_for(const struct operation *op, struct err *e)
{
	autofd int pidfd = pidfd_open_((pid_t)op->pid);
	int r;

	if (pidfd < 0)
		return errno == ESRCH ? 0 : err_set(e, errno, "wait for a worker");
	r = worker_lives(op, e); /* by now the descriptor is of this process, or it is gone */
	if (r <= 0)
		return r;
	r = pidfd_poll(pidfd, -1);
	return r < 0 ? err_set(e, -r, "wait for a worker") : 0;
}

int operation_wait(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	for (;;) {
		_cleanup_(operation_done) struct operation op = { 0 };
		int r = operation_load(o, ns, name, &op, e);

		if (r <= 0)
			return r;
		if (!operation_is_running(&op))
			return err_msg(e, ECANCELED, "%s: %s", name, op.error ?: "failed");
		r = wait_for(&op, e);
		if (r < 0)
			return r;
	}
}
