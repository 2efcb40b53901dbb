/* SPDX-License-Identifier: Apache-2.0 */
/**
 * audit_event.h - one line of the audit trail: text to struct and back, and its hashes. Pure.
 *
 * The canonical encoding of an event is its JSON object without white space, its members in the
 * order of the struct. "hash" is the SHA-256 of that encoding without the member "hash" itself; a
 * line is the encoding with it. A line that is not byte for byte its own canonical encoding is
 * refused.
 */
#ifndef ORCH_AUDIT_EVENT_H
#define ORCH_AUDIT_EVENT_H

#include "core/json.h"
#include "core/names.h"
#include "orch/sha256.h"

/* A line with its newline is at most this long. */
#define AUDIT_LINE_MAX (64u << 10)
/* What the first event has before it. */
#define AUDIT_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

enum audit_operation {
	AUDIT_CREATE = 1, /* something comes into being */
	AUDIT_MODIFY,	  /* it is changed, or started, or stopped */
	AUDIT_APPLY,	  /* it is connected: a NIC, a bridge's port, a membership */
	AUDIT_DELETE,	  /* it goes */
};
extern const struct name audit_operation_names[]; /* "create", "modify", "apply", "delete" */

struct audit_event {
	uint64_t seq; /* 1, 2, 3 */
	char *time;   /* RFC 3339, UTC, microseconds */
	char *plugin;
	int operation;
	char *resource;
	char **changes;
	char *error;	 /* NULL: none */
	char *data_hash; /* of the change's data; NULL: it has none */
	char *prev_hash; /* of the event before */
	char *hash;
};

/* The event's line, without newline, its hash computed. *out is NUL-terminated heap memory.
 * Returns 0, or -EFBIG. */
int audit_event_format(const struct audit_event *event, char **out, struct err *e);

/* A line without its newline; free with audit_event_done. Returns 0, or -EBADMSG with what is wrong
 * with the line by itself. */
int audit_event_parse(const char *line, size_t len, struct audit_event *out, struct err *e);
void audit_event_done(struct audit_event *event);

/* Is @next what may follow @seq and @hash (0 and AUDIT_NO_HASH at the beginning)? 0 or -EBADMSG. */
int audit_event_follows(uint64_t seq, const char *hash, const struct audit_event *next,
			struct err *e);

/* The hash of data: of its JSON without white space, members sorted by name and without those that
 * hold secrets. */
void audit_data_hash(const struct json *data, char out[SHA256_HEX_LEN + 1]);

#endif
