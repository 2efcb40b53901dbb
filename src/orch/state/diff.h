/* SPDX-License-Identifier: Apache-2.0 */
/**
 * diff.h - what has to be done for the containers to become as a document says; pure.
 */
#ifndef ORCH_STATE_DIFF_H
#define ORCH_STATE_DIFF_H

#include "orch/state/document.h"

enum diff_kind { DIFF_DELETE = 1, DIFF_MODIFY, DIFF_CREATE, DIFF_NOOP };

/* What differs; DIFF_RECREATE can only be had by a new container. */
enum {
	DIFF_RUNNING = 1 << 0,
	DIFF_LIMITS = 1 << 1,  /* memory, swap, cores: while it runs */
	DIFF_NETWORK = 1 << 2, /* veth, bridge, ipv4: its link is made anew */
	DIFF_RECREATE = 1 << 3,
};

struct diff_action {
	int kind;
	unsigned changes;			  /* DIFF_MODIFY */
	const struct document_container *current; /* NULL with DIFF_CREATE; borrowed, as is: */
	const struct document_container *desired; /* NULL with DIFF_DELETE */
};

struct diff {
	struct diff_action *actions; /* in the order in which they are to be done */
	size_t n;
};

/* @prune: containers that are there, and not in the document, are to go */
void diff_make(const struct document *current, const struct document *desired, bool prune,
	       struct diff *out);
void diff_done(struct diff *d);
bool diff_is_empty(const struct diff *d); /* nothing but DIFF_NOOP */

/* op-dbus's form of one action: {"Create":{"resource":"101","config":{...}}} */
void diff_encode(const struct diff_action *a, struct json_out *o);
/* What a modification changes, a sentence each: "memory from 512 to 256". A vector of strv.h. */
char **diff_describe(const struct diff_action *a);

#endif
