/* SPDX-License-Identifier: Apache-2.0 */
/**
 * logfile.h - a container's log: lines with their time and stream, rotated by size.
 *
 * A line is `2026-02-01T10:00:00.123456789Z stdout F TEXT`, the format of the Kubernetes container
 * runtime interface: F ends a line; P is a part of one that is longer than LOGFILE_LINE_MAX, or of
 * one whose end has not come when the container ends. Old files are PATH.1 (the youngest), PATH.2,
 * ….
 */
#ifndef MONITOR_LOGFILE_H
#define MONITOR_LOGFILE_H

#include "core/err.h"
#include "core/str.h"

#include <time.h>

#define LOGFILE_LINE_MAX 16384

enum logfile_stream { LOGFILE_STDOUT, LOGFILE_STDERR, LOGFILE_STREAMS };

struct logfile {
	const char *path; /* borrowed */
	int fd;
	int64_t size, size_max;
	int64_t files; /* old ones that are kept */
	uint64_t lost; /* bytes that could not be written, and were not yet told of */
	struct str partial[LOGFILE_STREAMS]; /* what came of a line so far */
};
#define LOGFILE_NONE                                                                               \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* logfile_open - open it to append; its directory is made (0755), the file 0640. */
int logfile_open(struct logfile *l, const char *path, int64_t size_max, int64_t files,
		 struct err *e);
void logfile_done(struct logfile *l);

/* logfile_add - take bytes as they came. A disk that is full costs lines, and the log says how many
 * bytes, when it can again. */
void logfile_add(struct logfile *l, enum logfile_stream stream, const char *bytes, size_t n,
		 const struct timespec *now);
/* logfile_flush - the stream ended: what came of its last line is written. */
void logfile_flush(struct logfile *l, enum logfile_stream stream, const struct timespec *now);
/* logfile_say - a line of the monitor's own, on stderr's behalf. */
void logfile_say(struct logfile *l, const struct timespec *now, const char *fmt, ...)
	_printf_(3, 4);

/* Appends "YEAR-MONTH-DAYTHH:MM:SS.NANOSECONDSZ". */
void logfile_format_time(const struct timespec *when, struct str *out);

/* logfile_remove - remove it and its old ones; what is not there is no error. */
int logfile_remove(const char *path, int64_t files, struct err *e);

#endif
