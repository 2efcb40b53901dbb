/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pipes.h - the pipes that are a container's standard output and error.
 *
 * They have names in the monitor's run directory, and the container holds both their ends: when its
 * monitor is killed, it neither gets SIGPIPE nor loses what it wrote, and the next monitor reads
 * on.
 */
#ifndef MONITOR_PIPES_H
#define MONITOR_PIPES_H

#include "monitor/logfile.h"

struct pipes {
	int fd[LOGFILE_STREAMS]; /* to read from, non-blocking; never at their end */
};
#define PIPES_NONE                                                                                 \
	{                                                                                          \
		.fd = { -1, -1 }                                                                   \
	}

/* Makes them where they are missing. @run: the run directory */
int pipes_open(int run, struct pipes *p, struct err *e);
void pipes_close(struct pipes *p);

/* A container's end of one. Returns an fd. */
int pipes_open_end(int run, enum logfile_stream stream, struct err *e);

/* Reads what there is, a bounded amount, into the log. Returns the bytes. */
size_t pipes_read(struct pipes *p, enum logfile_stream stream, struct logfile *log);

/* What is still in them when the container is gone, and the ends of their last lines. */
void pipes_drain(struct pipes *p, struct logfile *log);

void pipes_remove(int run);

#endif
