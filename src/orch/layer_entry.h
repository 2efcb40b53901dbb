/* SPDX-License-Identifier: Apache-2.0 */
/**
 * layer_entry.h - making one entry of a layer; for orch/layer.c.
 */
#ifndef ORCH_LAYER_ENTRY_H
#define ORCH_LAYER_ENTRY_H

#include "orch/layer_path.h"
#include "orch/layer_stream.h"

/* The layer that is being unpacked. */
struct layer_target {
	int root;
	int dir;	/* the parent of the last entry, open: most of them share it; -1 */
	char *dir_path; /* of dir */
	int64_t sizes;	/* of all files, as they say they are */
	int64_t sizes_max;
};

/* The parent directory of an entry, made when it is missing; borrowed until the next call. */
int layer_parent(struct layer_target *t, const char *path, struct err *e);
/* What the path of an open directory means may have changed. */
void layer_forget_parent(struct layer_target *t);

/* All of these take the entry's place: what is there goes, but a directory for a directory stays.
 */
int layer_make_file(struct layer_target *t, int parent, const char *name,
		    struct layer_stream *stream, struct archive_entry *entry, struct err *e);
int layer_make_dir(int parent, const char *name, struct archive_entry *entry, struct err *e);
int layer_make_symlink(int parent, const char *name, struct archive_entry *entry, struct err *e);
int layer_make_fifo(int parent, const char *name, struct archive_entry *entry, struct err *e);
int layer_make_link(struct layer_target *t, int parent, const char *name, const char *target,
		    struct err *e);
int layer_make_whiteout(int parent, const char *name, struct err *e);
int layer_make_opaque(int dir, struct err *e);

/* Owner, mode and attributes of an open directory or file; its time, too, if @time. */
int layer_set_attributes(int fd, struct archive_entry *entry, bool time, struct err *e);

#endif
