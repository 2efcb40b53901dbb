/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/datetime.h"
#include "test.h"

TEST(dates)
{
	static const char *const good[] = {
		"2026-02-01",
		"2024-02-29T00:00",
		"2026-02-01 10:00:00",
		"2026-02-01T10:00:00Z",
		"2026-02-01T10:00:00.1",
		"2026-12-31T23:59:59.123456+01:00",
		"0001-01-01T00:00:00-23:59",
	};
	static const char *const bad[] = {
		"",
		"yesterday",
		"2026-02-29",
		"2026-13-01",
		"2026-00-01",
		"0000-01-01",
		"2026-1-1",
		"2026-02-01T",
		"2026-02-01T24:00",
		"2026-02-01T10",
		"2026-02-01T10:60",
		"2026-02-01T10:00:00.",
		"2026-02-01T10:00:00+1",
		"2026-02-01T10:00:00Zulu",
		" 2026-02-01",
		"2026-02-01T10:00:00+01:00 ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(datetime_is_iso(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!datetime_is_iso(bad[i]));
}

TEST_MAIN
