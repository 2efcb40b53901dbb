/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/period.h"

#include "core/num.h"

#define HOUR_S 3600
#define NUMBER_MAX (INT64_C(1) << 40)

/* Of the letter behind a number; 0 for another one. */
static int64_t unit_of(char letter)
{
	switch (letter) {
	case 'm':
		return 60;
	case 'h':
		return HOUR_S;
	case 'd':
		return 24 * HOUR_S;
	default:
		return 0;
	}
}

static bool number(const char *text, size_t n, int64_t *out)
{
	autofree char *digits = xstrndup(text, n);
	uint64_t value;

	if (num_parse_u64(digits, NUMBER_MAX, "period", &value, NULL) < 0)
		return false;
	*out = (int64_t)value;
	return true;
}

struct period period_parse(const char *text, int64_t now)
{
	size_t n = strlen(text);
	const char *comma = strchr(text, ',');
	struct period p = { now - HOUR_S, now };
	int64_t a, b, unit = n > 0 ? unit_of(text[n - 1]) : 0;

	if (comma) {
		if (number(text, (size_t)(comma - text), &a) &&
		    number(comma + 1, strlen(comma + 1), &b) && a <= b)
			return (struct period){ a, b };
	} else if (number(text, unit ? n - 1 : n, &a)) {
		p.from = now - a * (unit ?: 1);
	}
	return p;
}
