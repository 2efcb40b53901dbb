/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/run.h"

#include "orch/change.h"
#include "orch/create.h"
#include "orch/operation.h"
#include "orch/removal.h"
#include "orch/store.h"

#include <errno.h>

static struct json_doc *document_of(const struct run_request *r)
{
	autojsonout *o = json_out_new(NULL);
	struct json_doc *doc = NULL;
	const char *text;
	size_t len;

	record_encode(&run_request_record, r, o);
	text = json_out_text(o, &len);
	if (json_parse(text, len, &doc, NULL) < 0)
		abort(); /* what we have written ourselves */
	return doc;
}

static int reserve(const struct orch *o, const struct run_request *request,
		   const struct json_doc *doc, struct err *e)
{
	struct container c;
	char now[32];
	int r;

	run_request_container(o, request, &c);
	store_timestamp(now);
	c.created_at = now;
	r = create_reserve(o, &c, json_root(doc), e);
	strmap_done(&c.labels);
	return r;
}

/* What the trail knows of. */
static int reserve_and_start(const struct orch *o, const struct run_request *request,
			     const struct json_doc *doc, int lock, struct err *e)
{
	autofd int held = lock;
	int r = reserve(o, request, doc, e);

	if (r == 0) {
		r = operation_start(o, o->ns, request->name, "create", TAKE_FD(held), e);
		if (r < 0)
			(void)create_remove(o, o->ns, request->name, NULL); /* boot does, else */
	}
	if (r < 0)
		change_record_failure(o, AUDIT_CREATE, request->name, e);
	return r;
}

/* Under the lock, which goes to the worker. */
static int begin(const struct orch *o, const struct run_request *request, int lock, struct err *e)
{
	autofd int held = lock;
	autojson *doc = document_of(request);
	autofree char *what = xasprintf("run a container of %s", request->image ?: request->bundle);
	/* What a worker that died left of an earlier one is in nobody's way. */
	int r = create_reconcile(o, o->ns, request->name, e);

	if (r > 0)
		return err_msg(e, EEXIST, "Container name %s is already in use", request->name);
	if (r == 0)
		r = change_record(o, AUDIT_CREATE, request->name, what, json_root(doc), e);
	return r < 0 ? r : reserve_and_start(o, request, doc, TAKE_FD(held), e);
}

int run_container(const struct orch *o, const struct run_request *request, struct err *e)
{
	int lock, r = run_request_check(request, e);

	if (r < 0)
		return r;
	lock = change_lock(o, request->name, e);
	r = lock < 0 ? lock : begin(o, request, lock, e);
	return r < 0 ? r : operation_wait(o, o->ns, request->name, e);
}

int run_delete(const struct orch *o, const char *name, struct err *e)
{
	int lock = change_lock(o, name, e);
	int r = lock < 0 ? lock : removal_start(o, name, NULL, lock, e);

	if (r == 0)
		return err_msg(e, ENOENT, "Container %s does not exist", name);
	return r < 0 ? r : operation_wait(o, o->ns, name, e);
}
