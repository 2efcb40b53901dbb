/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h - state documents, for the command apply, which takes messages as well.
 */
#ifndef ORCHCTL_STATE_H
#define ORCHCTL_STATE_H

#include "orchctl/orchctl.h"

struct state_args {
	bool dry_run;
	bool prune;
	char *netmaker_env;
};

/* Rows for the options of a command whose arguments have a struct state_args @m. */
#define O_NETMAKER_ENV_(t, m)                                                                      \
	O_STRING_("netmaker-env", 0, t, m, "FILE", "join netmaker with the token in FILE")
#define O_PRUNE_(t, m)                                                                             \
	O_FLAG_("prune", 0, t, m, "delete containers of earlier documents that are not in this one")

/* Is this a state document, and no message? */
bool state_is_document(const char *text, size_t len);

/* Is this file a state document? Returns 1 and its text, 0, or -errno. What "-" and pipes have is
 * not read. */
int state_read(const char *path, struct str *text, struct err *e);

/* Applies it, or with dry_run prints what would be done. Returns the exit status, or -errno. */
int state_run(const struct orch *o, const struct state_args *a, const struct str *text,
	      struct err *e);

#endif
