/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/backoff.h"

int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t most_ms)
{
	int64_t wait = first_ms;

	while (attempt-- > 0 && wait < most_ms)
		wait *= 2;
	return MIN(wait, most_ms);
}
