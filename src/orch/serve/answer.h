/* SPDX-License-Identifier: Apache-2.0 */
/**
 * answer.h - handles messages one after the other, as a process of orch/serve/jobs.c.
 *
 * A line {"topic":T,"message":M} comes, the acknowledgement goes, as a line; for
 * {"network_change":DATA} (net/monitor.h) vNICs are reattached (reattach.h), and {} goes. At the
 * end of the input it ends.
 */
#ifndef ORCH_SERVE_ANSWER_H
#define ORCH_SERVE_ANSWER_H

#include "orch/orch.h"

/* Returns 0 at the end of @in, or -errno. */
int answer_run(const struct orch *o, int in, int out, struct err *e);

#endif
