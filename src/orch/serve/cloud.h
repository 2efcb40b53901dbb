/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cloud.h - the connection to the cloud: kept up by a process after the other (link.h), each for
 * one connection; heartbeats; events that become jobs, and their acknowledgements.
 *
 * After a connection that ended or failed the next begins after 1, 2, 4, … at most
 * CLOUD_RETRY_MAX_MS, give or take 30 %.
 */
#ifndef ORCH_SERVE_CLOUD_H
#define ORCH_SERVE_CLOUD_H

#include "orch/serve/heartbeat.h"
#include "orch/serve/intake.h"

#define CLOUD_RETRY_MS 1000
#define CLOUD_RETRY_MAX_MS 30000
#define CLOUD_HEARTBEAT_MS 5000

struct cloud;

/* @argv: the link's command line, [0] its absolute path; borrowed, as is @env */
struct cloud_options {
	char *const *argv;
	char *const *env;
	struct heartbeat *heartbeat; /* borrowed */
	/* Topics that are answered by an event of their own name when nobody waits for an ack. */
	char *const *event_topics;
};

int cloud_new(struct loop *l, const struct intake *intake, const struct cloud_options *options,
	      struct cloud **out, struct err *e);
void cloud_free(struct cloud *c);

/* How long to wait before the next attempt; pure. @random: 0 to UINT32_MAX. */
int64_t cloud_retry_ms(unsigned attempt, uint32_t random);

#endif
