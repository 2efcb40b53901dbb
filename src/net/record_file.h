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

/* dir_names - the names in a directory that end so, without the end, in order; none when it is not
 * there. */
int dir_names(const char *path, const char *suffix, char ***out, struct err *e);

#endif
