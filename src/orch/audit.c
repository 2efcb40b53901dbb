/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/audit.h"

#include "core/log.h"
#include "core/strv.h"
#include "orch/audit_trail.h"

/* A crash in the middle of a write is a change of the trail, too. */
static int recover(struct audit_trail *t, struct err *e)
{
	autofree char *name = NULL, *change = NULL;
	char *changes[2] = { NULL, NULL };
	struct audit_event event = { .plugin = "audit",
				     .operation = AUDIT_MODIFY,
				     .resource = AUDIT_FILE,
				     .changes = changes };
	size_t torn = (size_t)(t->size - t->whole);

	if (torn == 0)
		return 0;
	if (audit_trail_set_aside(t, &name, e) < 0)
		return -e->num;
	log_warning("audit trail: %zu bytes of an unfinished line set aside in %s", torn, name);
	change = xasprintf("%zu bytes of an unfinished line set aside in %s", torn, name);
	changes[0] = change;
	return audit_trail_add(t, &event, e);
}

/* The event is built of what is borrowed: nothing of it is freed. */
static int append(struct audit_trail *t, const struct audit_change *c, struct err *e)
{
	char data_hash[SHA256_HEX_LEN + 1];
	struct audit_event event = { .plugin = (char *)c->plugin,
				     .operation = (int)c->op,
				     .resource = (char *)c->resource,
				     .changes = strv_len(c->changes) ? (char **)c->changes : NULL,
				     .error = (char *)c->error };

	if (c->data) {
		audit_data_hash(c->data, data_hash);
		event.data_hash = data_hash;
	}
	if (audit_trail_tail(t, e) < 0 || recover(t, e) < 0)
		return -e->num;
	return audit_trail_add(t, &event, e);
}

int audit_append(const char *dir, const struct audit_change *change, struct err *e)
{
	struct err own = { 0 };
	struct audit_trail t;
	int r = audit_trail_open(dir, true, &t, &own);

	if (r >= 0) {
		r = append(&t, change, &own);
		audit_trail_close(&t);
	}
	if (r < 0 && e)
		*e = own;
	if (r < 0)
		(void)err_wrap(e, "%s is not recorded in the audit trail %s: ", change->resource,
			       dir);
	return r < 0 ? r : 0;
}

int audit_head(const char *dir, char head[SHA256_HEX_LEN + 1], struct err *e)
{
	struct audit_trail t;
	int r = audit_trail_open(dir, false, &t, e);

	if (r == 0)
		memcpy(head, AUDIT_NO_HASH, SHA256_HEX_LEN + 1);
	if (r <= 0)
		return r;
	r = audit_trail_tail(&t, e);
	if (r == 0)
		memcpy(head, t.head, sizeof(t.head));
	audit_trail_close(&t);
	return r < 0 ? err_wrap(e, "audit trail %s: ", dir) : 0;
}
