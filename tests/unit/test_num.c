/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"

#include "test.h"

#include <errno.h>

static int u64(const char *text, uint64_t max, uint64_t *out, struct err *e)
{
	*out = 77;
	return num_parse_u64(text, max, "count", out, e);
}

static int i64(const char *text, int64_t min, int64_t max, int64_t *out, struct err *e)
{
	*out = 77;
	return num_parse_i64(text, min, max, "nice", out, e);
}

TEST(unsigned_numbers)
{
	struct err e;
	uint64_t v;

	CHECK_INT(u64("0", 0, &v, &e), 0);
	CHECK_INT(v, 0);
	CHECK_INT(u64("18446744073709551615", UINT64_MAX, &v, &e), 0);
	CHECK(v == UINT64_MAX);
	CHECK_INT(u64("18446744073709551616", UINT64_MAX, &v, &e), -ERANGE);
	CHECK_INT(u64("99999999999999999999999x", UINT64_MAX, &v, &e), -EINVAL);
	CHECK_INT(u64("99999999999999999999999", UINT64_MAX, &v, &e), -ERANGE);
	CHECK_INT(u64("8", 7, &v, &e), -ERANGE);
	CHECK_STR(e.text, "count: 8 is out of range 0..7");
	CHECK_INT(v, 77);
}

TEST(what_is_no_number)
{
	static const char *const bad[] = { "",	  "-",	 "+1",	" 1",  "1 ",  "1x",
					   "0x1", "1.0", "1e3", "--1", "1\n", "\xd9\xa1" };
	struct err e;
	uint64_t v;
	int64_t s;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK_INT(u64(bad[i], UINT64_MAX, &v, &e), -EINVAL);
		CHECK_INT(i64(bad[i], INT64_MIN, INT64_MAX, &s, &e), -EINVAL);
		CHECK_INT(num_parse_octal(bad[i], 0777, "mode", &v, &e), -EINVAL);
		if (strcmp(bad[i], "1.0") != 0)
			CHECK_INT(num_parse_size(bad[i], &s, &e), -EINVAL);
		CHECK(v == 77 && s == 77);
	}
	CHECK_INT(u64("-1", UINT64_MAX, &v, &e), -EINVAL);
	CHECK_STR(e.text, "count: \"-1\" is not a number");
	CHECK_INT(u64("1\n2", 9, &v, &e), -EINVAL);
	CHECK_STR(e.text, "count: \"1\\n2\" is not a number");
}

TEST(signed_numbers)
{
	struct err e;
	int64_t v;

	CHECK_INT(i64("-9223372036854775808", INT64_MIN, INT64_MAX, &v, &e), 0);
	CHECK(v == INT64_MIN);
	CHECK_INT(i64("9223372036854775807", INT64_MIN, INT64_MAX, &v, &e), 0);
	CHECK(v == INT64_MAX);
	CHECK_INT(i64("9223372036854775808", INT64_MIN, INT64_MAX, &v, &e), -ERANGE);
	CHECK_INT(i64("-9223372036854775809", INT64_MIN, INT64_MAX, &v, &e), -ERANGE);
	CHECK_INT(i64("-0", 0, 5, &v, &e), 0);
	CHECK_INT(v, 0);
	CHECK_INT(i64("-21", -20, 19, &v, &e), -ERANGE);
	CHECK_STR(e.text, "nice: -21 is out of range -20..19");
	CHECK_INT(i64("20", -20, 19, &v, NULL), -ERANGE);
}

TEST(octal_numbers)
{
	struct err e;
	uint64_t v = 0;

	CHECK_INT(num_parse_octal("0755", 07777, "mode", &v, &e), 0);
	CHECK_INT(v, 0755);
	CHECK_INT(num_parse_octal("8", 07777, "mode", &v, &e), -EINVAL);
	CHECK_STR(e.text, "mode: \"8\" is not an octal number");
	CHECK_INT(num_parse_octal("10000", 07777, "mode", &v, &e), -ERANGE);
	CHECK_STR(e.text, "mode: 10000 is out of range 0..7777");
}

TEST(sizes)
{
	struct err e;
	int64_t v;

	CHECK_INT(num_parse_size("64k", &v, &e), 0);
	CHECK_INT(v, 65536);
	CHECK_INT(num_parse_size("1T", &v, &e), 0);
	CHECK_INT(v, 1LL << 40);
	CHECK_INT(num_parse_size("3G", &v, &e), 0);
	CHECK_INT(v, 3LL << 30);
	CHECK_INT(num_parse_size("5b", &v, &e), 0);
	CHECK_INT(v, 5);
	CHECK_INT(num_parse_size("2m", &v, &e), 0);
	CHECK_INT(v, 2 << 20);
	CHECK_INT(num_parse_size("9223372036854775807", &v, &e), 0);
	CHECK(v == INT64_MAX);
	CHECK_INT(num_parse_size("8388608t", &v, &e), -ERANGE);
	CHECK_INT(num_parse_size("k", &v, &e), -EINVAL);
	CHECK_INT(num_parse_size("1kk", &v, &e), -EINVAL);
	CHECK_INT(num_parse_size("-1", &v, &e), -EINVAL);
	CHECK_STR(e.text, "invalid size \"-1\"");
}

TEST(sizes_as_runc_takes_them)
{
	static const struct {
		const char *text;
		int64_t bytes; /* -1: refused */
	} sizes[] = {
		{ "1.5G", 3LL << 29 },
		{ "1.25m", 5 << 18 },
		{ "0.5k", 512 },
		{ "1.1g", 1181116006 },
		{ "1.0", 1 },
		{ "1.9", 1 },
		{ "1.5 GiB", 3LL << 29 },
		{ "2kb", 2048 },
		{ "2KiB", 2048 },
		{ "1p", 1LL << 50 },
		{ "7 b", 7 },
		{ "8191.999999999999999P", -2 },
		{ "1.k", -1 },
		{ ".5k", -1 },
		{ "1.5.5k", -1 },
		{ "1  k", -1 },
		{ "1k ", -1 },
		{ "1ki", -1 },
		{ "1bb", -1 },
		{ "1kibi", -1 },
		{ "1e", -1 },
		{ "1 ", -1 },
	};
	struct err e;
	int64_t v;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int r = num_parse_size(sizes[i].text, &v, &e);

		CHECK_INT(r, sizes[i].bytes == -1 ? -EINVAL : 0);
		if (sizes[i].bytes >= 0)
			CHECK(v == sizes[i].bytes);
	}
	CHECK_INT(num_parse_size("8191.9P", &v, &e), 0);
	CHECK(v > 8191LL << 50);
	CHECK_INT(num_parse_size("8192P", &v, &e), -ERANGE);
}

TEST(durations)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "5s", 5000000000 },
		{ "0", 0 },
		{ "-0", 0 },
		{ "+1ms", 1000000 },
		{ "-1.5h", -5400000000000 },
		{ "1h2m3s4ms5us6ns", 3723004005006 },
		{ "2\u00b5s", 2000 },
		{ "2\u03bcs", 2000 },
		{ ".5s", 500000000 },
		{ "1.s", 1000000000 },
		{ "0.1234567s", 123456000 },
		{ "0.999999h", 3599996400000 },
		{ "9223372036854775807ns", INT64_MAX },
	};
	static const char *const bad[] = {
		"",
		"-",
		"5",
		"s",
		"1x",
		"1 s",
		" 1s",
		"1s ",
		"--1s",
		"1s2",
		".s",
		"1..s",
		"00",
		"1S",
		"9223372036854775808ns",
		"2562048h",
		"9223372036s1s",
	};
	struct err e;
	int64_t ns;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ns = -1;
		CHECK_INT(num_parse_duration(good[i].text, &ns, &e), 0);
		CHECK_INT(ns, good[i].ns);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (num_parse_duration(bad[i], &ns, &e) != -EINVAL)
			TEST_FAIL("accepted: \"%s\"", bad[i]);
	CHECK_STR(e.text, "invalid duration \"9223372036s1s\"");
}

TEST_MAIN
