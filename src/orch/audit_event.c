/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/audit_event.h"

#include "core/record.h"
#include "core/strv.h"

#include <errno.h>

const struct name audit_operation_names[] = {
	{ "create", AUDIT_CREATE },
	{ "modify", AUDIT_MODIFY },
	{ "apply", AUDIT_APPLY },
	{ "delete", AUDIT_DELETE },
	{ 0 },
};

static int check_hash(const char *text, struct err *e)
{
	return sha256_hex_valid(text) ? 0 : err_msg(e, EINVAL, "not a SHA-256");
}

/* The last member is the hash: what is hashed has all but that. */
static const struct field event_fields[] = {
	F_UINT("seq", struct audit_event, seq, UINT64_MAX, FIELD_REQUIRED),
	F_STRING("time", struct audit_event, time, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_STRING("plugin", struct audit_event, plugin, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_ENUM("operation", struct audit_event, operation, audit_operation_names, FIELD_REQUIRED),
	F_STRING("resource", struct audit_event, resource, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_STRV("changes", struct audit_event, changes, FIELD_NONEMPTY),
	F_STRING("error", struct audit_event, error, FIELD_NONEMPTY),
	F_STRING_CHECK("data_hash", struct audit_event, data_hash, 0, check_hash),
	F_STRING_CHECK("prev_hash", struct audit_event, prev_hash, FIELD_REQUIRED, check_hash),
	F_STRING_CHECK("hash", struct audit_event, hash, FIELD_REQUIRED, check_hash),
};
static const struct record event_record = RECORD(struct audit_event, "audit", event_fields);
static const struct record hashed_record = { .spec = "audit",
					     .size = sizeof(struct audit_event),
					     .fields = event_fields,
					     .n_fields = ARRAY_SIZE(event_fields) - 1 };

static void hash_of(const struct audit_event *event, char out[SHA256_HEX_LEN + 1])
{
	autojsonout *o = json_out_new(NULL);
	const char *text = NULL;
	size_t len = 0;

	record_encode(&hashed_record, event, o);
	text = json_out_text(o, &len);
	sha256_hex(text, len, out);
}

static char *encoded(const struct audit_event *event)
{
	autojsonout *o = json_out_new(NULL);

	record_encode(&event_record, event, o);
	return xstrdup(json_out_text(o, NULL));
}

int audit_event_format(const struct audit_event *event, char **out, struct err *e)
{
	char hash[SHA256_HEX_LEN + 1];
	struct audit_event whole = *event;
	autofree char *line = NULL;

	hash_of(event, hash);
	whole.hash = hash;
	line = encoded(&whole);
	if (strlen(line) >= AUDIT_LINE_MAX)
		return err_msg(e, EFBIG, "a line of the audit trail takes %u bytes, this has %zu",
			       AUDIT_LINE_MAX - 1, strlen(line));
	*out = TAKE(line);
	return 0;
}

void audit_event_done(struct audit_event *event)
{
	record_done(&event_record, event);
}

/* What a decoded event's line must be. */
static int check_line(const struct audit_event *event, const char *line, size_t len, struct err *e)
{
	char hash[SHA256_HEX_LEN + 1];
	autofree char *canonical = encoded(event);

	if (strlen(canonical) != len || memcmp(canonical, line, len) != 0)
		return err_msg(e, EBADMSG, "is not as the trail writes it: it was edited");
	hash_of(event, hash);
	if (!str_eq(hash, event->hash))
		return err_msg(e, EBADMSG, "its hash is %s, not %s: it was edited", hash,
			       event->hash);
	return 0;
}

int audit_event_parse(const char *line, size_t len, struct audit_event *out, struct err *e)
{
	struct audit_event event = { 0 };
	int r = 0;

	if (record_parse(&event_record, line, len, &event, e) < 0) {
		if (e)
			e->num = EBADMSG;
		return -EBADMSG;
	}
	r = check_line(&event, line, len, e);
	if (r < 0) {
		audit_event_done(&event);
		return r;
	}
	*out = event;
	return 0;
}

int audit_event_follows(uint64_t seq, const char *hash, const struct audit_event *next,
			struct err *e)
{
	if (next->seq != seq + 1)
		return err_msg(e, EBADMSG,
			       "has number %llu where %llu comes next: lines were removed, "
			       "added or moved",
			       (unsigned long long)next->seq, (unsigned long long)seq + 1);
	if (!str_eq(next->prev_hash, hash))
		return err_msg(e, EBADMSG,
			       "names %s as the hash before it, which is %s: a line was replaced",
			       next->prev_hash, hash);
	return 0;
}
