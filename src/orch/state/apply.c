/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/apply.h"

#include "core/strv.h"
#include "orch/audit.h"
#include "orch/state/current.h"
#include "orch/state/interfaces.h"
#include "orch/state/netmaker.h"
#include "orch/state/perform.h"
#include "orch/state/undo.h"
#include "orch/store.h"

#include <errno.h>
#include <time.h>

/* A document, what is there, and what lies between. */
struct work {
	const struct orch *o;
	const struct state_options *options;
	struct json_doc *json;
	struct document desired, current;
	struct diff diff;
	struct interfaces *interfaces; /* NULL: the document does not speak of them */
	struct undo undo;	       /* of a rollback: what the interfaces get back by */
	bool failed;
};

static void work_done(struct work *w)
{
	diff_done(&w->diff);
	document_done(&w->desired);
	document_done(&w->current);
	interfaces_free(w->interfaces);
	undo_done(&w->undo);
	json_free(w->json);
}

static int prepare(struct work *w, const char *text, size_t len, struct err *e)
{
	int r = json_parse(text, len, &w->json, e);

	if (r == 0)
		r = document_decode(json_root(w->json), &w->desired, e);
	if (r == 0)
		r = current_load(w->o, &w->current, e);
	if (r == 0 && w->desired.has_net)
		r = interfaces_new(w->o, text, len, &w->interfaces, e);
	if (r < 0)
		return r;
	diff_make(&w->current, &w->desired, w->options->prune && w->desired.has_containers,
		  &w->diff);
	return 0;
}

/* ---- telling ---- */

static void tell(struct work *w, const char *line, bool failed)
{
	w->failed |= failed;
	w->options->tell(w->options->data, line, failed);
}

static void tell_lines(struct work *w, struct str *said)
{
	autostrv char **lines = strv_split(said->p ?: "", '\n');

	for (size_t i = 0; i < strv_len(lines); i++)
		if (*lines[i])
			tell(w, lines[i], false);
}

/* ---- comparing ---- */

static void encode_hash(const struct document *d, const char *name, struct json_out *o)
{
	autojsonout *text = json_out_new(NULL);
	char hash[SHA256_HEX_LEN + 1];
	size_t len = 0;
	const char *p = NULL;

	current_encode(d, text);
	p = json_out_text(text, &len);
	sha256_hex(p, len, hash);
	json_out_name(o, name);
	json_out_string(o, hash);
}

static void encode_lxc(const struct work *w, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "plugin");
	json_out_string(o, "lxc");
	json_out_name(o, "actions");
	json_out_array(o);
	for (size_t i = 0; i < w->diff.n; i++)
		diff_encode(&w->diff.actions[i], o);
	json_out_end(o);
	json_out_name(o, "metadata");
	json_out_object(o);
	json_out_name(o, "timestamp");
	json_out_i64(o, time(NULL));
	encode_hash(&w->current, "current_hash", o);
	encode_hash(&w->desired, "desired_hash", o);
	json_out_end(o);
	json_out_end(o);
}

int state_diff(const struct orch *o, const char *text, size_t len,
	       const struct state_options *options, struct str *out, struct err *e)
{
	_cleanup_(work_done) struct work w = { .o = o, .options = options };
	autojsonout *json = json_out_new(NULL);
	int r = prepare(&w, text, len, e);

	if (r < 0)
		return r;
	json_out_array(json);
	if (w.interfaces)
		interfaces_encode(w.interfaces, json);
	if (w.desired.has_containers)
		encode_lxc(&w, json);
	json_out_end(json);
	str_add(out, json_out_text(json, NULL));
	return 0;
}

/* ---- doing ---- */

static char *previous_path(const struct orch *o)
{
	return xasprintf("%s/state-before.json", o->state_dir);
}

/* What is to be done to the interfaces. */
static const struct plan *plan_of(const struct work *w)
{
	return w->interfaces ? interfaces_plan(w->interfaces) : &w->undo.plan;
}

/* @plan: what is done to the interfaces, of which the inverse is kept; NULL: nothing */
static int keep(const struct work *w, const struct plan *plan, struct err *e)
{
	autofree char *path = previous_path(w->o);
	autojsonout *json = json_out_new("  ");
	const char *text = NULL;
	size_t len = 0;

	json_out_object(json);
	current_put(&w->current, json);
	if (plan && plan->n > 0) {
		json_out_name(json, "undo");
		undo_encode(plan, json);
	}
	json_out_end(json);
	text = json_out_text(json, &len);
	return store_save(path, text, len, e);
}

static bool is_nothing_to_do(const struct work *w)
{
	return diff_is_empty(&w->diff) && plan_of(w)->n == 0;
}

static void apply_interfaces(struct work *w)
{
	struct err e = { 0 };
	autostr said = { 0 };

	if (plan_of(w)->n == 0)
		return;
	if (interfaces_run(w->o, plan_of(w), &said, &e) == 0) {
		tell_lines(w, &said);
		return;
	}
	tell(w, e.text, true);
	/* Nothing was done of it, and so there is nothing to undo. */
	if (keep(w, NULL, &e) < 0)
		tell(w, e.text, true);
}

static bool needs_netmaker(const struct diff_action *a)
{
	return a->desired && a->desired->network == DOCUMENT_NETMAKER &&
	       (a->kind == DIFF_CREATE || (a->changes & DIFF_RECREATE));
}

static void apply_container(struct work *w, const struct diff_action *a)
{
	struct err e = { 0 };
	autostr said = { 0 };
	int r = needs_netmaker(a) ? netmaker_join(w->o, w->options->netmaker_env, &e) : 0;

	if (r < 0) {
		(void)err_wrap(&e, "Failed to create container %s: ", a->desired->id);
	} else {
		if (r == 1)
			tell(w, "Successfully joined netmaker network", false);
		r = perform_action(w->o, a, &said, &e);
	}
	tell_lines(w, &said);
	if (r < 0)
		tell(w, e.text, true);
}

static int apply(struct work *w, const char *text, size_t len, struct err *e)
{
	autofd int lock = store_lock_shared(w->o, "state", e);
	size_t i = 0;
	int r = lock < 0 ? lock : prepare(w, text, len, e);

	if (r < 0 || is_nothing_to_do(w))
		return r;
	r = keep(w, plan_of(w), e);
	if (r < 0)
		return err_wrap(e, "keep the state before: ");
	/* Who goes back leaves a bridge before it goes. */
	for (; !w->interfaces && i < w->diff.n && w->diff.actions[i].kind == DIFF_DELETE; i++)
		apply_container(w, &w->diff.actions[i]);
	apply_interfaces(w);
	for (; i < w->diff.n; i++)
		apply_container(w, &w->diff.actions[i]);
	return w->failed;
}

int state_apply(const struct orch *o, const char *text, size_t len,
		const struct state_options *options, struct err *e)
{
	_cleanup_(work_done) struct work w = { .o = o, .options = options };

	return apply(&w, text, len, e);
}

int state_rollback(const struct orch *o, const struct state_options *options, struct err *e)
{
	struct state_options all = *options;
	_cleanup_(work_done) struct work w = { .o = o, .options = &all };
	autofree char *path = previous_path(o);
	autojsonout *json = json_out_new(NULL);
	const char *text = NULL;
	autojson *doc = NULL;
	size_t len = 0;
	int r = store_load(path, &doc, e);

	if (r == 0)
		return err_msg(e, ENOENT, "no state was applied yet");
	if (r > 0)
		r = undo_decode(json_get(json_root(doc), "undo"), &w.undo, e);
	if (r < 0)
		return r;
	json_out_tree(json, json_root(doc));
	text = json_out_text(json, &len);
	/* What came since goes. */
	all.prune = true;
	return apply(&w, text, len, e);
}
