/* SPDX-License-Identifier: Apache-2.0 */
/**
 * images.h - the directory of a checkpoint: CRIU's images, its logs, and what we add.
 */
#ifndef ENGINE_CRIU_IMAGES_H
#define ENGINE_CRIU_IMAGES_H

#include "core/err.h"

struct images {
	int dir, work; /* descriptors */
	char *log;     /* the log's path */
};

#define IMAGES_NONE                                                                                \
	{                                                                                          \
		.dir = -1, .work = -1                                                              \
	}

/**
 * images_open - open both directories.
 * @image_path: NULL: "checkpoint" in the working directory
 * @work_path: NULL: with the images
 * @log: the log's file name
 * @make: make what is missing, for root only
 */
int images_open(const char *image_path, const char *work_path, const char *log, bool make,
		struct images *out, struct err *e);
void images_close(struct images *i);

/* What the first three descriptors of a container's init are ("/dev/null", "pipe:[7]", …). */
#define IMAGES_STDIO 3
struct images_stdio {
	char *names[IMAGES_STDIO]; /* heap */
};

/* images_write_stdio - note what they are, as descriptors.json, where runc keeps it too.
 * @proc: a verified handle on the host's /proc */
int images_write_stdio(const struct images *i, int proc, pid_t pid, struct err *e);
int images_read_stdio(const struct images *i, struct images_stdio *out, struct err *e);
void images_stdio_done(struct images_stdio *s);

#endif
