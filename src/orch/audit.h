/* SPDX-License-Identifier: Apache-2.0 */
/**
 * audit.h - the audit trail: one line of JSON per change, each chained to the one before it.
 *
 * The trail is DIR/trail.jsonl. A line is recorded, and safe on the disk, BEFORE its change is
 * made; a change that cannot be recorded must not be made. When a recorded change then fails, the
 * same event is appended again with its error. So the trail names every change there ever was,
 * whatever crashes.
 *
 * Secrets do not belong in it: no text given here may hold one. Of @data only a hash is kept, and
 * members that by their names hold secrets (password, token, authorization, ...) do not even enter
 * that.
 */
#ifndef ORCH_AUDIT_H
#define ORCH_AUDIT_H

#include "core/json.h"
#include "orch/audit_event.h"

#define AUDIT_DIR "/var/lib/runlet/audit"

/* What a caller tells of a change; the rest of a line is the trail's own. */
struct audit_change {
	const char *plugin; /* whose change: "lxc", "net", "runtime", "image" */
	enum audit_operation op;
	const char *resource;	 /* the container's name, the interface's, the image's */
	char *const *changes;	 /* what is changed, a sentence each; may be NULL */
	const struct json *data; /* what the change follows: a message, a document; may be NULL */
	const char *error;	 /* NULL; or how the change failed that was recorded before */
};

/**
 * audit_append - record one change.
 * @dir: the trail's directory, made (mode 0700) when it is absent
 *
 * On return 0 the line is on the disk. Locked against other processes. What a crash left of a line
 * that was never complete is moved to a file beside the trail, and that is recorded, too.
 *
 * Returns: 0; -ENOSPC when the disk is full, and the trail is as it was; -EBADMSG when the trail's
 * last line is damaged, so that nothing can be chained to it; or another -errno.
 */
int audit_append(const char *dir, const struct audit_change *change, struct err *e);

/* Called with each line in turn. Returns 0 to go on, else what ends the reading. */
typedef int audit_fn(const struct audit_event *event, const char *line, void *data, struct err *e);

/**
 * audit_read - every event, oldest first, each checked against the one before.
 * @fn: may be NULL
 * @head: the last event's hash, AUDIT_NO_HASH of an empty trail; may be NULL
 *
 * Returns: the number of events; -EBADMSG with the line's number and what is wrong with it; what
 * @fn returned; or another -errno. A trail that does not exist is empty.
 */
int64_t audit_read(const char *dir, audit_fn *fn, void *data, char head[SHA256_HEX_LEN + 1],
		   struct err *e);

/* The hash that the last line says it has, nothing verified; AUDIT_NO_HASH of an empty trail. Waits
 * for nobody. */
int audit_head(const char *dir, char head[SHA256_HEX_LEN + 1], struct err *e);

#endif
