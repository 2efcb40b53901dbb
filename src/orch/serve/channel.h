/* SPDX-License-Identifier: Apache-2.0 */
/**
 * channel.h - lines of text, both ways, over descriptors of the loop: a client's socket, or the
 * pipes of a process of ours. Nothing here waits, and nothing grows without bound.
 */
#ifndef ORCH_SERVE_CHANNEL_H
#define ORCH_SERVE_CHANNEL_H

#include "core/loop.h"
#include "core/str.h"

struct channel;

/* @line: without its newline, NUL-terminated, borrowed; NULL: one that was longer than line_max,
 * and is lost. The callback may free the channel. Returns what a loop_fn returns. */
typedef int channel_line_fn(struct channel *c, const char *line, size_t len, void *data);
/* See struct channel_options. */
typedef int channel_fn(struct channel *c, void *data);

struct channel_options {
	size_t line_max;   /* bytes of a line that comes */
	size_t output_max; /* bytes that may wait for a slow reader */
	channel_line_fn *line;
	/* Nothing more will come, but the other side may still read: the callback calls
	 * channel_finish now or later. NULL: that is the end. */
	channel_fn *eof;
	/* It is over: the callback frees the channel. */
	channel_fn *end;
	void *data;
};

/**
 * channel_new - watch descriptors, which become the channel's and non-blocking.
 * @in, @out: one socket, or the ends of two pipes
 */
int channel_new(struct loop *l, int in, int out, const struct channel_options *options,
		struct channel **out_channel, struct err *e);
void channel_free(struct channel *c);

/* Returns 0, or -ENOBUFS when the other side does not read: the line is not sent then. What breaks
 * later is told by end. */
int channel_send(struct channel *c, const char *line, size_t len);

/* There is nothing more to send: the end comes once what waits is written. */
void channel_finish(struct channel *c);

/* Read nothing for now; what comes waits in the kernel, and then at the sender. */
void channel_pause(struct channel *c, bool pause);

#endif
