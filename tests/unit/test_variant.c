/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/variant.h"
#include "core/str.h"
#include "test.h"

static char text[8192];

static void show(const struct variant *v, struct str *out)
{
	static const char *const ends[] = { [VARIANT_ARRAY] = "[]", [VARIANT_TUPLE] = "()" };

	if (v->text) {
		str_add(out, v->text);
		return;
	}
	str_add_char(out, ends[v->kind][0]);
	for (size_t i = 0; i < v->n; i++) {
		str_add(out, i ? "," : "");
		show(&v->v[i], out);
	}
	str_add_char(out, ends[v->kind][1]);
}

/* "TYPE VALUE", or "refused". */
static const char *parse(const char *in)
{
	_cleanup_(variant_done) struct variant v = { 0 };
	char type[VARIANT_TYPE_MAX];
	struct err e = { 0 };
	autostr out = { 0 };

	if (variant_parse(in, &v, type, &e) < 0)
		return e.text[0] ? "refused" : "no reason";
	show(&v, &out);
	snprintf(text, sizeof(text), "%s %s", type, out.p ? out.p : "");
	return text;
}

TEST(basic_values)
{
	CHECK_STR(parse("true"), "b true");
	CHECK_STR(parse(" 42 "), "i 42");
	CHECK_STR(parse("-1"), "i -1");
	CHECK_STR(parse("1.5"), "d 1.5");
	CHECK_STR(parse("'a b'"), "s a b");
	CHECK_STR(parse("\"it's\""), "s it's");
	CHECK_STR(parse("'it\\'s'"), "s it's");
	CHECK_STR(parse("uint64 18446744073709551615"), "t 18446744073709551615");
	CHECK_STR(parse("objectpath '/a'"), "o /a");
	CHECK_STR(parse("byte 0xff"), "y 0xff");
}

TEST(containers)
{
	CHECK_STR(parse("['a', 'b']"), "as [a,b]");
	CHECK_STR(parse("@as []"), "as []");
	CHECK_STR(parse("('a', 1, true)"), "(sib) (a,1,true)");
	CHECK_STR(parse("@a(ss) [('/dev/null', 'rwm')]"), "a(ss) [(/dev/null,rwm)]");
	CHECK_STR(parse("@ay [1, 0x0f]"), "ay [1,0x0f]");
	CHECK_STR(parse("[[1], [2, 3]]"), "aai [[1],[2,3]]");
}

TEST(what_is_refused)
{
	static const char *const bad[] = {
		"",
		"x",
		"'a",
		"'a\\q'",
		"[]",
		"()",
		"[1,",
		"[1 2]",
		"(1]",
		"1 2",
		"uint64 -1",
		"byte 256",
		"2147483648",
		"uint32 'a'",
		"@q 'a'",
		"@a [1]",
		"@a( [1]",
		"@() ()",
		"['a', 1]",
		"@(ss) ('a',)",
		"@(s) ('a', 'b')",
		"@y 0x",
		"@y 0xfg",
		"1.2.3",
		"@t 0x11111111111111111",
		"--1",
		"[[[[[[[[[[1]]]]]]]]]]",
		"'\xff'",
		"@a(ss) 'x'",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_STR(parse(bad[i]), "refused");
}

TEST(numbers)
{
	struct variant v = { VARIANT_NUMBER, (char *)"0xfF", NULL, 0 };

	CHECK_INT(variant_unsigned(&v), 255);
	v.text = (char *)"-9223372036854775808";
	CHECK(variant_signed(&v) == INT64_MIN);
	v.text = (char *)"-2.5";
	CHECK(variant_double(&v) == -2.5);
}

TEST_MAIN
