/* SPDX-License-Identifier: Apache-2.0 */
/**
 * options.h - the words in a mount's `options`, sorted into what the kernel takes where.
 *
 * Pure. Each word is a row of mount_option_rows; what has no row is data for the file system.
 * Later words win over earlier ones, as in mount(8).
 * Spec: config.md#mounts, "options"; config-linux.md has the same list for Linux.
 */
#ifndef ENGINE_FS_OPTIONS_H
#define ENGINE_FS_OPTIONS_H

#include "core/err.h"
#include "core/strv.h"

/* What to change of one mount, or of a whole tree of them. */
struct mount_change {
	uint64_t set;	      /* MOUNT_ATTR_* to set */
	uint64_t clear;	      /* MOUNT_ATTR_* to clear first */
	uint64_t propagation; /* MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE, or 0 */
	bool recursive;
};

/* The few words that are neither flags nor data. */
enum {
	MOUNT_OPT_BIND = 1 << 0,
	MOUNT_OPT_RECURSIVE = 1 << 1, /* rbind */
	MOUNT_OPT_REMOUNT = 1 << 2,
	MOUNT_OPT_TMPCOPYUP = 1 << 3,
	MOUNT_OPT_IDMAP = 1 << 4,
	MOUNT_OPT_RIDMAP = 1 << 5,
};

#define MOUNT_PROPAGATIONS_MAX 8

struct mount_options {
	unsigned words;		 /* MOUNT_OPT_* */
	struct mount_change top; /* ro, nosuid, …: this mount alone; no propagation */
	struct mount_change all; /* rro, rnosuid, …: the whole tree; no propagation */
	uint64_t super;		 /* MS_* of the superblock: sync, dirsync, mand, lazytime, … */
	struct mount_change propagations[MOUNT_PROPAGATIONS_MAX]; /* in the order given */
	size_t n_propagations;
	char **data; /* for the file system, each "key" or "key=value"; may be NULL */
};

enum mount_option_kind {
	MOUNT_ROW_ATTR,	       /* bits: MOUNT_ATTR_* */
	MOUNT_ROW_ATIME,       /* bits: one value of the MOUNT_ATTR__ATIME field */
	MOUNT_ROW_SUPER,       /* bits: MS_* */
	MOUNT_ROW_PROPAGATION, /* bits: MS_* */
	MOUNT_ROW_WORD,	       /* bits: MOUNT_OPT_*, or 0 for a word without effect */
};

struct mount_option_row {
	const char *name; /* NULL ends the table */
	enum mount_option_kind kind;
	uint64_t bits;
	bool clear;	/* takes the bits away */
	bool recursive; /* the r… variants */
};

/* In alphabetical order, so that `features` can print it as it is. */
extern const struct mount_option_row mount_option_rows[];

/**
 * mount_options_parse - sort a mount's options.
 * @options: as in the configuration; NULL is none
 * @out: free with mount_options_done
 *
 * Returns: 0, or -EINVAL for more propagation words than anyone can mean.
 */
int mount_options_parse(char *const *options, struct mount_options *out, struct err *e);
void mount_options_done(struct mount_options *o);
/* Whether they have any of the words MOUNT_OPT_* of @words. */
bool mount_options_have(char *const *options, unsigned words);

/* MOUNT_ATTR_* as the MS_* of mount(2), for kernels without the new calls. */
unsigned long mount_attr_to_ms(uint64_t attr);

/* Whether @data has "key" or "key=…". */
bool mount_data_has(char *const *data, const char *key);

#endif
