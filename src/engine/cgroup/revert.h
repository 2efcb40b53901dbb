/* SPDX-License-Identifier: Apache-2.0 */
/**
 * revert.h - what cgroup files held before limits were written to them.
 */
#ifndef ENGINE_CGROUP_REVERT_H
#define ENGINE_CGROUP_REVERT_H

#include "engine/cgroup/place.h"

struct old_value {
	const struct place *place; /* borrowed */
	char *file;
	char *text; /* to be written to have it back */
};
struct old_values {
	struct old_value *v;
	size_t n;
};
void old_values_done(struct old_values *o);

/* Reads what writing the limits would change. What cannot be read, or had back, is left out. */
void old_values_read(const struct place *places, size_t n, const struct limits *l,
		     struct old_values *out);
/* Writes them back, the last one first; what the kernel refuses stays as it is. */
void old_values_restore(const struct old_values *o);

/**
 * revert_text - what to write to undo a write. Pure.
 * @now: what the file reads as before it
 * @written: what is to be written
 *
 * Most files read as they are written. In those with a line for each device the write changes one
 * line: the same key's, or the default.
 *
 * Returns: heap; NULL when this cannot be told.
 */
char *revert_text(const char *file, const char *now, const char *written);

#endif
