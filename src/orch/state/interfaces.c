/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/interfaces.h"

#include "core/log.h"
#include "core/strv.h"
#include "net/lock.h"
#include "net/plan_apply.h"
#include "orch/audit.h"

#include <errno.h>

struct interfaces {
	char *dir;
	struct plan_host host;
	struct desired desired;
	struct observed observed;
	struct plan plan;
};

static int prepare(struct interfaces *i, const char *text, size_t len, struct err *e)
{
	int r = desired_parse(text, len, &i->desired, e);

	if (r == 0)
		r = plan_observe(&i->host, &i->desired, &i->observed, e);
	return r < 0 ? r : plan_make(&i->desired, &i->observed, &i->plan, e);
}

static struct plan_host host_of(const struct orch *o, const char *dir)
{
	return (struct plan_host){
		.state_dir = dir, .ovs = { .db = o->ovs_db, .timeout_ms = OVS_TIMEOUT_DEFAULT_MS }
	};
}

int interfaces_new(const struct orch *o, const char *text, size_t len, struct interfaces **out,
		   struct err *e)
{
	struct interfaces *i = xcalloc(1, sizeof(*i));
	int r = 0;

	i->dir = orch_net_dir(o);
	i->host = host_of(o, i->dir);
	r = prepare(i, text, len, e);
	if (r < 0) {
		interfaces_free(i);
		return r;
	}
	*out = i;
	return 0;
}

void interfaces_free(struct interfaces *i)
{
	if (!i)
		return;
	plan_done(&i->plan);
	observed_done(&i->observed);
	desired_done(&i->desired);
	free(i->dir);
	free(i);
}

bool interfaces_are_so(const struct interfaces *i)
{
	return i->plan.n == 0;
}

const struct plan *interfaces_plan(const struct interfaces *i)
{
	return &i->plan;
}

/* The changes for one interface, or all of them (SIZE_MAX). */
static char **describe(const struct plan *p, size_t of)
{
	char **v = strv_new();

	for (size_t k = 0; k < p->n; k++) {
		const struct plan_op *op = &p->ops[k];
		struct str text = { 0 };

		if ((of != SIZE_MAX && op->of != of) || op->restores)
			continue;
		plan_describe(op, &text);
		strv_push_take(&v, str_take(&text));
	}
	return v;
}

static void encode_action(const struct interfaces *i, size_t of, struct json_out *o)
{
	autostrv char **changes = describe(&i->plan, of);
	bool creates = plan_creates(&i->plan, of), any = plan_changes(&i->plan, of);

	json_out_object(o);
	json_out_name(o, creates ? "Create" : any ? "Modify" : "NoOp");
	json_out_object(o);
	json_out_name(o, "resource");
	json_out_string(o, i->desired.interfaces[of].name);
	if (any) {
		json_out_name(o, "changes");
		json_out_array(o);
		for (size_t k = 0; k < strv_len(changes); k++)
			json_out_string(o, changes[k]);
		json_out_end(o);
	}
	json_out_end(o);
	json_out_end(o);
}

void interfaces_encode(const struct interfaces *i, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "plugin");
	json_out_string(o, "net");
	json_out_name(o, "actions");
	json_out_array(o);
	for (size_t of = 0; of < i->desired.n_interfaces; of++)
		encode_action(i, of, o);
	json_out_end(o);
	json_out_end(o);
}

static int record(const struct orch *o, char *const *changes, const char *error, struct err *e)
{
	const struct audit_change change = { .plugin = "net",
					     .op = AUDIT_APPLY,
					     .resource = "interfaces",
					     .changes = changes,
					     .error = error };

	return audit_append(o->audit_dir, &change, e);
}

int interfaces_run(const struct orch *o, const struct plan *p, struct str *said, struct err *e)
{
	autostrv char **changes = describe(p, SIZE_MAX);
	autofree char *all = strv_join(changes, "\n"), *dir = orch_net_dir(o);
	const struct plan_host host = host_of(o, dir);
	autofd int lock = net_lock(dir, "apply", e);
	struct err why = { 0 }, telling = { 0 };
	int r = lock < 0 ? lock : record(o, changes, NULL, e);

	if (r < 0)
		return r;
	r = plan_run(&host, p, &why);
	if (r < 0 && record(o, changes, why.text, &telling) < 0)
		log_error("%s", telling.text);
	if (r < 0)
		return err_msg(e, -r, "Failed to apply the interfaces: %s", why.text);
	str_addf(said, "%s\n", all);
	return 0;
}
