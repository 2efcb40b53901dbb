/* SPDX-License-Identifier: Apache-2.0 */
/**
 * audit_trail.h - the file of the audit trail, opened and locked; for orch/audit*.c.
 */
#ifndef ORCH_AUDIT_TRAIL_H
#define ORCH_AUDIT_TRAIL_H

#include "orch/audit_event.h"
#include <sys/types.h>

#define AUDIT_FILE "trail.jsonl"

struct audit_trail {
	int dirfd;
	int fd;
	off_t size;   /* of the file */
	off_t whole;  /* of its complete lines; what follows is a line that a crash has torn */
	uint64_t seq; /* of the last complete line; 0: none */
	char head[SHA256_HEX_LEN + 1];
};

/* Opens and locks the trail. @make: also to write, with the directory and the file if need be.
 * Returns 1, 0 when it is not there and was not made, or -errno. */
int audit_trail_open(const char *dir, bool make, struct audit_trail *out, struct err *e);
void audit_trail_close(struct audit_trail *t);

/* Fills whole, seq and head. Returns 0, or -EBADMSG when the last complete line is none. */
int audit_trail_tail(struct audit_trail *t, struct err *e);

/* Appends one event, which gets its number, time and hashes here. Returns 0, or -errno with the
 * file as it was. */
int audit_trail_add(struct audit_trail *t, struct audit_event *event, struct err *e);

/* Moves what a crash has torn to a file beside the trail, and cuts it off. *name: that file's. */
int audit_trail_set_aside(struct audit_trail *t, char **name, struct err *e);

#endif
