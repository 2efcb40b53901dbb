/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/period.h"
#include "test.h"

#define NOW INT64_C(1764000000)

static void check(const char *text, int64_t from, int64_t to)
{
	struct period p = period_parse(text, NOW);

	CHECK_INT(p.from, from);
	CHECK_INT(p.to, to);
}

TEST(periods)
{
	check("2h", NOW - 7200, NOW);
	check("30m", NOW - 1800, NOW);
	check("7d", NOW - 7 * 86400, NOW);
	check("90", NOW - 90, NOW);
	check("1763000000,1763003600", 1763000000, 1763003600);
}

TEST(anything_else_is_an_hour)
{
	static const char *const bad[] = { "",
					   "h",
					   "-1h",
					   "1w",
					   "1 h",
					   "1.5h",
					   "5,4",
					   "1,",
					   ",1",
					   "1,2,3",
					   "99999999999999999999" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(bad[i], NOW - 3600, NOW);
}

TEST_MAIN
