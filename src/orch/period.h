/* SPDX-License-Identifier: Apache-2.0 */
/**
 * period.h - the periods of the cloud's questions: "2h", "30m", "7d", "90" seconds, or
 * "1764000000,1764003600". Pure.
 */
#ifndef ORCH_PERIOD_H
#define ORCH_PERIOD_H

#include "core/base.h"

struct period {
	int64_t from, to; /* seconds since 1970, both within */
};

/* What is none of these is the last hour. */
struct period period_parse(const char *text, int64_t now);

#endif
