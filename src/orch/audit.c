/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/audit.h"

#include "core/file.h"
#include "core/log.h"
#include "core/strv.h"
#include "orch/audit_trail.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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

/* The hash that a line says it has. */
static int hash_of_line(const char *line, size_t len, char head[SHA256_HEX_LEN + 1], struct err *e)
{
	const struct json *hash = NULL;
	autojson *doc = NULL;

	if (json_parse(line, len, &doc, e) < 0)
		return err_wrap(e, "the last line: ");
	hash = json_get(json_root(doc), "hash");
	if (!hash || hash->type != JSON_STRING || !sha256_hex_valid(hash->text))
		return err_msg(e, EBADMSG, "the last line is none of an audit trail");
	memcpy(head, hash->text, SHA256_HEX_LEN + 1);
	return 0;
}

/* Without a lock: lines are only ever added, and one that is not complete yet does not count. */
static int head_of(int fd, char head[SHA256_HEX_LEN + 1], struct err *e)
{
	char *end = NULL, *before = NULL;
	off_t size = lseek(fd, 0, SEEK_END), from = MAX(size - 2 * (off_t)AUDIT_LINE_MAX, 0);
	autostr text = { 0 };

	if (size < 0 || lseek(fd, from, SEEK_SET) < 0)
		return err_set(e, errno, "seek");
	if (fd_read_all(fd, JSON_SIZE_MAX, &text, e) < 0)
		return -e->num;
	end = text.len ? memrchr(text.p, '\n', text.len) : NULL;
	if (!end && from == 0) {
		memcpy(head, AUDIT_NO_HASH, SHA256_HEX_LEN + 1);
		return 0;
	}
	before = end ? memrchr(text.p, '\n', (size_t)(end - text.p)) : NULL;
	if (!end || (!before && from > 0))
		return err_msg(e, EBADMSG, "the last line is none of an audit trail");
	before = before ? before + 1 : text.p;
	return hash_of_line(before, (size_t)(end - before), head, e);
}

int audit_head(const char *dir, char head[SHA256_HEX_LEN + 1], struct err *e)
{
	autofree char *path = xasprintf("%s/" AUDIT_FILE, dir);
	autofd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		memcpy(head, AUDIT_NO_HASH, SHA256_HEX_LEN + 1);
		return 0;
	}
	if (fd < 0)
		return err_set(e, errno, "audit trail %s", path);
	return head_of(fd, head, e) < 0 ? err_wrap(e, "audit trail %s: ", path) : 0;
}
