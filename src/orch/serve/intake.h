/* SPDX-License-Identifier: Apache-2.0 */
/**
 * intake.h - what comes in by any transport becomes a job, or is refused.
 */
#ifndef ORCH_SERVE_INTAKE_H
#define ORCH_SERVE_INTAKE_H

#include "core/json.h"
#include "orch/serve/jobs.h"

/* Which topics take long: all that is known here of what messages ask for (serve.h). */
struct intake {
	struct jobs *jobs;
	char *const *long_topics;
};

/* @topic: NULL: what the message's "action" says
 * @fn, @data: as in struct job_request
 * Returns NULL, and @fn will be told the acknowledgement; or the acknowledgement of a message that
 * is not taken, a heap string. */
char *intake_message(const struct intake *i, const char *topic, const struct json *message,
		     jobs_fn *fn, void *data);
/* The same for text that may be anything; NULL text is a line that was too long. */
char *intake_text(const struct intake *i, const char *text, size_t len, jobs_fn *fn, void *data);

#endif
