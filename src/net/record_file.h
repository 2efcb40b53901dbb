/* SPDX-License-Identifier: Apache-2.0 */
/**
 * record_file.h - one file per container: <state_dir>/<kind>/<container>.json, replaced as a whole.
 *
 * Names are checked (attach_check_name) before they become a path.
 */
#ifndef NET_RECORD_FILE_H
#define NET_RECORD_FILE_H

#include "core/record.h"

struct record_file {
	const char *state_dir;
	const char *kind; /* "attach", "mac", "internal" */
	const struct record *record;
};

/* @out: zeroed. Returns 1, 0 when there is none, or -errno. */
int record_file_load(const struct record_file *f, const char *container, void *out, struct err *e);
int record_file_save(const struct record_file *f, const char *container, const void *in,
		     struct err *e);
/* And what a save that was killed left: nobody else is to be at it. Returns 1, 0 when there was
 * none, or -errno. */
int record_file_remove(const struct record_file *f, const char *container, struct err *e);

/* record_file_names - the containers that have one, in order; none when there is no directory. */
int record_file_names(const struct record_file *f, char ***out, struct err *e);

/**
 * record_file_each - every record in the order of names.
 * @scratch: room for one, zeroed, which is so again afterwards
 *
 * One that is damaged keeps no other from being seen.
 *
 * Returns: 0; -EUCLEAN, all was seen but for what is damaged, of which the message names one; what
 * @fn returned below 0, which is the end; or -errno.
 */
typedef int record_file_fn(const void *record, void *data, struct err *e);
int record_file_each(const struct record_file *f, void *scratch, record_file_fn *fn, void *data,
		     struct err *e);

/* What was passed over for its damage. */
struct damage {
	unsigned n;
	struct err first;
};
void damage_note(struct damage *d, const struct err *why);
/* damage_result - 0, or -EUCLEAN with the first error. */
int damage_result(const struct damage *d, struct err *e);

/* dir_names - the names in a directory that end so, without the end, in order; none when it is not
 * there. */
int dir_names(const char *path, const char *suffix, char ***out, struct err *e);

#endif
