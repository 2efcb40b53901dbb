/* SPDX-License-Identifier: Apache-2.0 */
/**
 * heartbeat.h - what is told to the cloud every few seconds: that the agent lives, and how its host
 * does.
 */
#ifndef ORCH_SERVE_HEARTBEAT_H
#define ORCH_SERVE_HEARTBEAT_H

#include "core/err.h"

struct heartbeat;

struct heartbeat_options {
	const char *agent;     /* agent_id; borrowed, as the others are */
	const char *disk;      /* a directory of the disk that is told of */
	const char *audit_dir; /* whose head is told, so that somebody else knows it, too */
};

int heartbeat_new(const struct heartbeat_options *options, struct heartbeat **out, struct err *e);
void heartbeat_free(struct heartbeat *h);

/* One object of JSON, a heap string. The CPU's usage is that since the call before. */
int heartbeat_format(struct heartbeat *h, char **out, struct err *e);

/* Pure. Busy and all time of the line "cpu" of /proc/stat, in ticks. Returns 0 or -EINVAL. */
int heartbeat_parse_cpu(const char *text, uint64_t *busy, uint64_t *all);
/* A line "NAME:   12345 kB" of /proc/meminfo, in bytes. Returns 0 or -EINVAL. */
int heartbeat_parse_memory(const char *text, const char *name, uint64_t *bytes);

#endif
