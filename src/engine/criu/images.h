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

#endif
