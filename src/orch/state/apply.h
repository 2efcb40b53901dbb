/* SPDX-License-Identifier: Apache-2.0 */
/**
 * apply.h - a whole state document: what differs, doing it, and going back.
 */
#ifndef ORCH_STATE_APPLY_H
#define ORCH_STATE_APPLY_H

#include "orch/orch.h"
#include "core/str.h"

struct state_options {
	bool prune;		  /* our containers that are not in the document go */
	const char *netmaker_env; /* netmaker.h */
	/* Told each thing that was done, and each that failed. */
	void (*tell)(void *data, const char *line, bool failed);
	void *data;
};

/**
 * state_diff - what applying a document would do: op-dbus's form, one line of JSON into @out.
 *
 * [{"plugin":"lxc","actions":[...],"metadata":{"timestamp":T,"current_hash":…,"desired_hash":…}}]
 */
int state_diff(const struct orch *o, const char *text, size_t len,
	       const struct state_options *options, struct str *out, struct err *e);

/**
 * state_apply - do it: the network first, then containers that go, change, come.
 *
 * What fails is told, and the rest goes on. The state before is kept for state_rollback, unless
 * there is nothing to do.
 *
 * Returns: 0; 1 when something failed; or -errno, and nothing was done.
 */
int state_apply(const struct orch *o, const char *text, size_t len,
		const struct state_options *options, struct err *e);

/* state_rollback - return to the state before the last state_apply or state_rollback: what was done
 * to the interfaces is undone, too. -ENOENT: there was none. */
int state_rollback(const struct orch *o, const struct state_options *options, struct err *e);

#endif
