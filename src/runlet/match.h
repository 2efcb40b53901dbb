/* SPDX-License-Identifier: Apache-2.0 */
/**
 * match.h - --regex: a command for each container whose id matches.
 */
#ifndef RUNLET_MATCH_H
#define RUNLET_MATCH_H

#include "runlet/runlet.h"

/* Does one container; that it is gone meanwhile is no error. */
typedef int (*match_fn)(const struct runtime *rt, const char *id, void *data, struct err *e);

/**
 * match_each - do it to every container whose id matches a regular expression.
 * @regex: a POSIX extended one, which may match anywhere in the id; an empty one is refused, since
 *	   it comes from a variable that is not set, and matches everything
 * @none_is_error: that no id matches
 * @verb: for the error, as in "kill"
 *
 * All are tried. Returns: 0, or the error of the first that failed; the others' are in the log.
 */
int match_each(const struct globals *g, const char *regex, bool none_is_error, const char *verb,
	       match_fn do_one, void *data, struct err *e);

#endif
