/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/create.h"

#include "core/log.h"
#include "core/strv.h"
#include "orch/create_steps.h"
#include "orch/operation.h"
#include "orch/request.h"
#include "orch/store.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* In this order; undone in the opposite one. The names are those that get_device_status shows. */
static const struct step {
	const char *name;
	int (*run)(struct creation *s, struct err *e);
	const char *undo_name; /* NULL: goes with the one before */
	int (*undo)(const struct orch *o, const struct container *c, struct err *e);
} steps[] = {
	{ "validating_config", step_validate, NULL, NULL },
	{ "pulling_image", step_pull, NULL, NULL },
	{ "creating_internal_network", step_prepare_network, NULL, undo_prepare_network },
	{ "creating_networks", step_attach_networks, "removing_networks", undo_attach_networks },
	{ "creating_container", step_make_container, "removing_container", undo_make_container },
	{ "registering_client", step_register, NULL, undo_register },
	{ "saving_vnics", step_save_vnics, NULL, undo_save_vnics },
	{ "starting_container", step_start, "stopping_container", undo_start },
};

int create_reserve(const struct orch *o, const struct container *c, const struct json *request,
		   struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r;

	if (mkdir(dir, 0700) < 0)
		return err_set(e, errno, "make %s", dir);
	r = request_save(o, c->ns, c->name, request, e);
	if (r == 0)
		r = container_save(o, c, e);
	if (r < 0)
		(void)create_remove(o, c->ns, c->name, NULL); /* boot does it otherwise */
	return r;
}

static int run_steps(struct creation *s, struct err *e)
{
	struct container *c = s->c;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int r = operation_step(s->o, c->ns, c->name, steps[i].name, e);

		log_debug("%s: %s", c->name, steps[i].name);
		if (r == 0)
			r = steps[i].run(s, e);
		if (r < 0)
			return r;
	}
	c->complete = true;
	return container_save(s->o, c, e);
}

/* What is known of a container that is to go: of one without a record, its name. */
static int load_any(const struct orch *o, const char *ns, const char *name, struct container *c,
		    struct err *e)
{
	int r = container_load(o, ns, name, c, e);

	if (r != 0 && r != -EBADMSG)
		return r;
	*c = (struct container){ .ns = xstrdup(ns),
				 .name = xstrdup(name),
				 .image = xstrdup(""),
				 .runtime = xstrdup(o->runtime),
				 .restart = xstrdup("no"),
				 .network = CONTAINER_NETWORK_VNICS };
	return 0;
}

int create_condemn(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	int r = container_exists(o, ns, name, e);

	if (r > 0)
		r = load_any(o, ns, name, &c, e);
	if (r < 0 || !c.name || c.deleting)
		return r < 0 ? r : 0;
	c.deleting = true;
	return container_save(o, &c, e);
}

/* All of them, whatever happens, the first error counting; but what may still run keeps its files
 * and its network.
 * @tell: the operation's record, too: that of a create keeps the step that failed */
static int undo_steps(const struct orch *o, const struct container *c, bool tell, struct err *e)
{
	int first = 0;

	for (size_t i = ARRAY_SIZE(steps); i-- > 0;) {
		int r = 0;

		if (tell && steps[i].undo_name)
			(void)operation_step(o, c->ns, c->name, steps[i].undo_name,
					     NULL); /* only tells */
		if (steps[i].undo)
			r = steps[i].undo(o, c, first < 0 ? NULL : e);
		if (r < 0 && steps[i].undo == undo_start)
			return r;
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

static int remove_dir(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofree char *path = xasprintf("%s/containers/%s", o->state_dir, ns);
	autofd int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 ? err_set(e, errno, "open %s", path) : tree_remove(dir, name, e);
}

static int remove_all(const struct orch *o, const char *ns, const char *name, bool tell,
		      struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	int r = create_condemn(o, ns, name, e);

	if (r == 0)
		r = load_any(o, ns, name, &c, e);
	if (r >= 0)
		r = undo_steps(o, &c, tell, e);
	/* The directory is the last to go: with it goes what says that there is something to do. */
	return r < 0 ? r : remove_dir(o, ns, name, e);
}

int create_remove(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	return remove_all(o, ns, name, true, e);
}

int create_run(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	_cleanup_(run_request_done) struct run_request run = { 0 };
	struct creation s = { .o = o, .c = &c };
	struct err undoing = { 0 };
	int r = container_load(o, ns, name, &c, e);

	if (r == 0)
		return err_msg(e, ENOENT, "%s: nobody reserved this name", name);
	if (r > 0 && run_request_made(&c)) {
		s.run = &run;
		r = run_request_load(o, &c, &run, e);
	}
	if (r >= 0)
		r = run_steps(&s, e);
	image_free(s.image);
	if (r < 0 && remove_all(o, ns, name, false, &undoing) < 0)
		log_error("%s: %s", name, undoing.text);
	return r;
}

/* The record of an operation whose worker is gone: what is done by now needs none; a create that
 * was undone keeps telling why. */
static int settle_operation(const struct orch *o, const char *ns, const char *name, bool whole,
			    struct err *e)
{
	_cleanup_(operation_done) struct operation op = { 0 };
	struct err why = { 0 };
	int r = operation_load(o, ns, name, &op, e);

	if (r < 0)
		return r;
	if (r == 0 || whole || str_eq(op.operation, "delete"))
		return operation_end(o, ns, name, NULL, e);
	err_msg(&why, EINTR, "%s", op.error ?: "interrupted");
	return operation_end(o, ns, name, &why, e);
}

static int reconcile_dir(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	int r = container_load(o, ns, name, &c, e);

	if (r < 0)
		return r;
	if (r > 0 && c.complete && !c.deleting)
		return 1;
	log_warning("%s: what was left half made or half deleted is removed", name);
	r = create_remove(o, ns, name, e);
	return r < 0 ? r : 0;
}

int create_reconcile(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	int settled, whole = container_exists(o, ns, name, e);

	if (whole > 0)
		whole = reconcile_dir(o, ns, name, e);
	if (whole < 0)
		return whole;
	settled = settle_operation(o, ns, name, whole > 0, e);
	return settled < 0 ? settled : whole;
}
