/* SPDX-License-Identifier: Apache-2.0 */
/**
 * logs.h - reading a container's log (monitor/logfile.h), its old files too, and what comes.
 */
#ifndef ORCH_LOGS_H
#define ORCH_LOGS_H

#include "orch/container.h"

struct logs_line {
	const char *time; /* as it is in the log */
	bool is_error;	  /* of standard error */
	bool ends;	  /* else it is a part of a line that is too long for one */
	const char *text; /* without the line's end */
};

/* Returns 0 to go on, else what ends the reading. */
typedef int logs_fn(void *data, const struct logs_line *line, struct err *e);

/* logs_line_parse - take a line apart, in place. One that is not like it is text alone. Pure. */
void logs_line_parse(char *text, struct logs_line *out);

/**
 * logs_read - hand over a log's lines, the oldest first.
 * @tail: only so many of those that are there; -1: all
 * @follow: then those that come, until the container is deleted or @fn ends it
 *
 * Returns: 0; -ENOENT there is no such container; what @fn returned; or -errno.
 */
int logs_read(const struct orch *o, const char *ns, const char *name, int64_t tail, bool follow,
	      logs_fn *fn, void *data, struct err *e);

#endif
