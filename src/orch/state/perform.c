/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/perform.h"

#include "core/log.h"
#include "core/strv.h"
#include "orch/change.h"
#include "orch/create.h"
#include "orch/lifecycle.h"
#include "orch/network.h"
#include "orch/operation.h"
#include "orch/state/current.h"
#include "orch/state/limits.h"
#include "orch/store.h"

#include <errno.h>

/* What is done, and whether the trail knows of it. */
struct act {
	const struct orch *o;
	const struct diff_action *a;
	struct str *said;
	bool recorded;
};

/* ---- the audit trail ---- */

static const enum audit_operation operations[] = {
	[DIFF_DELETE] = AUDIT_DELETE, [DIFF_MODIFY] = AUDIT_MODIFY, [DIFF_CREATE] = AUDIT_CREATE
};

static struct json_doc *document_of(const struct document_container *c)
{
	autojsonout *o = json_out_new(NULL);
	struct json_doc *doc = NULL;
	const char *text = NULL;
	size_t len = 0;

	document_encode(c, o);
	text = json_out_text(o, &len);
	if (json_parse(text, len, &doc, NULL) < 0)
		abort(); /* what we have written ourselves */
	return doc;
}

static int record(const struct orch *o, const struct diff_action *a, const char *error,
		  struct err *e)
{
	const struct document_container *c = a->desired ?: a->current;
	autostrv char **changes = diff_describe(a);
	autojson *doc = document_of(c);
	const struct audit_change change = { .plugin = "lxc",
					     .op = operations[a->kind],
					     .resource = c->id,
					     .changes = changes,
					     .data = json_root(doc),
					     .error = error };

	return audit_append(o->audit_dir, &change, e);
}

static int record_first(struct act *act, struct err *e)
{
	int r = record(act->o, act->a, NULL, e);

	act->recorded = r == 0;
	return r;
}

/* ---- creating and deleting, under the lock ---- */

static int create(const struct orch *o, const struct document_container *d, struct err *e)
{
	struct err telling = { 0 };
	struct container c;
	autojson *doc = document_of(d);
	char now[32];
	int r = 0;

	current_record(o, d, &c);
	store_timestamp(now);
	c.created_at = now;
	r = create_reserve(o, &c, json_root(doc), e);
	current_record_done(&c);
	if (r == 0)
		r = operation_begin(o, o->ns, d->id, "create", e);
	if (r < 0)
		return r;
	r = create_run(o, o->ns, d->id, e);
	if (operation_end(o, o->ns, d->id, r < 0 ? e : NULL, &telling) < 0)
		log_error("%s: %s", d->id, telling.text);
	return r;
}

static int remove_container(const struct orch *o, const char *id, struct err *e)
{
	struct err telling = { 0 };
	int r = create_condemn(o, o->ns, id, e);

	if (r == 0)
		r = operation_begin(o, o->ns, id, "delete", e);
	if (r < 0)
		return r;
	r = create_remove(o, o->ns, id, e);
	if (operation_end(o, o->ns, id, r < 0 ? e : NULL, &telling) < 0)
		log_error("%s: %s", id, telling.text);
	return r;
}

static int stop_new(const struct orch *o, const char *id, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	int r = container_load(o, o->ns, id, &c, e);

	return r == 1 ? lifecycle_stop(o, &c, e) : MIN(r, 0);
}

static int make(const struct orch *o, const struct document_container *d, struct str *said,
		struct err *e)
{
	int r = create(o, d, e);

	if (r < 0)
		return r;
	str_addf(said, "Created container %s\n", d->id);
	if (d->network == DOCUMENT_NETMAKER)
		str_addf(said, "Container %s on netmaker mesh (inherited from host)\n", d->id);
	else
		str_addf(said, "Added %s to bridge %s\n", d->veth, d->bridge);
	if (d->running) {
		str_addf(said, "Started container %s\n", d->id);
		return 0;
	}
	return stop_new(o, d->id, e);
}

static int do_create(struct act *act, struct err *e)
{
	const struct diff_action *a = act->a;
	const struct orch *o = act->o;
	const char *id = a->desired->id;
	autofd int lock = change_lock(o, id, e);
	int r = lock < 0 ? lock : container_exists(o, o->ns, id, e);

	if (r < 0)
		return r;
	if (r > 0)
		return err_msg(e, EEXIST, "the name is in use, but not by a state document's");
	if (!a->desired->image)
		return err_msg(e, EINVAL, "properties.template: is missing");
	r = record_first(act, e);
	return r < 0 ? r : make(o, a->desired, act->said, e);
}

static int do_delete(struct act *act, struct err *e)
{
	const struct diff_action *a = act->a;
	const struct orch *o = act->o;
	_cleanup_(container_done) struct container c = { 0 };
	const char *id = a->current->id;
	autofd int lock = change_open(o, id, &c, e);
	int r = lock < 0 ? lock : record_first(act, e);

	if (r == 0)
		r = remove_container(o, id, e);
	if (r == 0)
		str_addf(act->said, "Deleted container %s\n", id);
	return r;
}

/* ---- modifying ---- */

static void set(char **at, const char *value)
{
	free(*at);
	*at = value ? xstrdup(value) : NULL;
}

static void swap_network(struct container *a, struct container *b)
{
	const struct container c = *a;

	a->veth = b->veth;
	a->bridge = b->bridge;
	a->ipv4 = b->ipv4;
	b->veth = c.veth;
	b->bridge = c.bridge;
	b->ipv4 = c.ipv4;
}

/* At any moment only what the record says may be there, so that whoever comes after a kill can undo
 * it, or have it: boot does that, and the next apply, which sees that it is missing. */
static int change_network(const struct orch *o, const struct diff_action *a, struct container *c,
			  struct err *e)
{
	struct container before = *c; /* what it had: its own three strings */
	int r = network_detach(o, c, false, e);

	if (r < 0)
		return r;
	c->veth = c->bridge = c->ipv4 = NULL;
	set(&c->veth, a->desired->veth);
	set(&c->bridge, a->desired->bridge);
	set(&c->ipv4, a->desired->ipv4);
	r = container_save(o, c, e);
	/* One that does not run has no network, and gets the new one with its start. */
	if (r == 0 && a->current->running)
		r = network_attach(o, c, e);
	if (r < 0) {
		swap_network(c, &before);
		(void)container_save(o, c, NULL); /* the error is why it did not change */
		if (a->current->running)
			(void)network_attach(o, c, NULL);
	}
	free(before.veth);
	free(before.bridge);
	free(before.ipv4);
	return r;
}

/* The record comes last: killed before, the next apply does all of it again. */
static int change_limits(const struct orch *o, const struct diff_action *a, struct container *c,
			 struct err *e)
{
	const struct container before = *c; /* its numbers */
	int r = 0;

	c->memory_mb = a->desired->memory;
	c->swap_mb = a->desired->swap;
	c->cores = a->desired->cores;
	r = a->current->running ? limits_update(o, &before, c, e) : 0;
	if (r == 0)
		r = limits_rewrite(o, &before, c, e);
	return r < 0 ? r : container_save(o, c, e);
}

static int change_running(const struct orch *o, const struct diff_action *a, struct container *c,
			  struct err *e)
{
	return a->desired->running ? lifecycle_start(o, c, e) : lifecycle_stop(o, c, e);
}

static const struct {
	unsigned change;
	int (*make)(const struct orch *o, const struct diff_action *a, struct container *c,
		    struct err *e);
} modifications[] = {
	{ DIFF_NETWORK, change_network },
	{ DIFF_LIMITS, change_limits },
	{ DIFF_RUNNING, change_running },
};

/* The image of a document that names none is the one that it has. */
static int make_anew(const struct orch *o, const struct diff_action *a, struct str *said,
		     struct err *e)
{
	struct document_container d = *a->desired;
	int r = remove_container(o, d.id, e);

	if (!d.image)
		d.image = a->current->image;
	return r < 0 ? r : make(o, &d, said, e);
}

static int modify(const struct orch *o, const struct diff_action *a, struct container *c,
		  struct str *said, struct err *e)
{
	autostrv char **changes = diff_describe(a);
	autofree char *text = strv_join(changes, ", ");
	int r = 0;

	if (a->changes & DIFF_RECREATE)
		return make_anew(o, a, said, e);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(modifications); i++)
		if (a->changes & modifications[i].change)
			r = modifications[i].make(o, a, c, e);
	if (r == 0)
		str_addf(said, "Modified container %s: %s\n", c->name, text);
	return r;
}

static int do_modify(struct act *act, struct err *e)
{
	const struct diff_action *a = act->a;
	const struct orch *o = act->o;
	_cleanup_(container_done) struct container c = { 0 };
	autofd int lock = change_open(o, a->current->id, &c, e);
	int r = lock < 0 ? lock : record_first(act, e);

	return r < 0 ? r : modify(o, a, &c, act->said, e);
}

static const struct {
	const char *verb;
	int (*run)(struct act *act, struct err *e);
} acts[] = {
	[DIFF_DELETE] = { "delete", do_delete },
	[DIFF_MODIFY] = { "modify", do_modify },
	[DIFF_CREATE] = { "create", do_create },
};

int perform_action(const struct orch *o, const struct diff_action *a, struct str *said,
		   struct err *e)
{
	struct act act = { .o = o, .a = a, .said = said };
	const char *id = (a->desired ?: a->current)->id;
	struct err own = { 0 }, telling = { 0 };
	int r = 0;

	if (a->kind == DIFF_NOOP)
		return 0;
	r = acts[a->kind].run(&act, &own);
	if (r >= 0)
		return 0;
	if (act.recorded && record(o, a, own.text, &telling) < 0)
		log_error("%s", telling.text);
	return err_msg(e, -r, "Failed to %s container %s: %s", acts[a->kind].verb, id, own.text);
}
