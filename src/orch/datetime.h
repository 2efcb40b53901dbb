/* SPDX-License-Identifier: Apache-2.0 */
/**
 * datetime.h - ISO 8601 dates with times, pure.
 */
#ifndef ORCH_DATETIME_H
#define ORCH_DATETIME_H

#include "core/base.h"

/* "2026-02-01", "2026-02-01T10:00", "2026-02-01 10:00:00.123456+01:00", "…Z". */
bool datetime_is_iso(const char *text);

#endif
