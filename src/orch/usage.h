/* SPDX-License-Identifier: Apache-2.0 */
/**
 * usage.h - how much processor and memory something used, over time.
 *
 * A sample is taken whenever somebody asks (and by who serves, now and then), and kept in the run
 * directory, the last USAGE_SAMPLES_MAX of them; a reboot takes them.
 */
#ifndef ORCH_USAGE_H
#define ORCH_USAGE_H

#include "core/json.h"
#include "orch/orch.h"
#include "orch/period.h"

#define USAGE_SAMPLES_MAX 2000

/* Counters that only grow: percent of a processor is 100 * (busy - busy before) / (total - total
 * before). */
struct usage_counters {
	uint64_t busy;
	uint64_t total;
	uint64_t memory_mb;
};

/* Adds a sample to those kept as @key; the first is the mean since both counters were 0.
 * *out: all samples, to be put. */
int usage_sample(const struct orch *o, const char *key, const struct usage_counters *now,
		 struct json_doc **out, struct err *e);
int usage_forget(const struct orch *o, const char *key, struct err *e);

/* "cpu_usage":[{"timestamp":…,"cpu":…}] and "memory_usage":[…], of two periods. @samples: NULL:
 * none. */
void usage_put(struct json_out *ack, const struct json *samples, const struct period *cpu,
	       const struct period *memory);

#endif
