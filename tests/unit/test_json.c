/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include "test.h"

#include <errno.h>
#include <time.h>

/* Parses and prints again; the caller frees. NULL when refused, with *e filled. */
static char *again(const char *text, const char *indent, struct err *e)
{
	autojson *doc = NULL;
	autojsonout *o = json_out_new(indent);

	if (json_parse(text, strlen(text), &doc, e) < 0)
		return NULL;
	json_out_tree(o, json_root(doc));
	return xstrdup(json_out_text(o, NULL));
}

static void check_same(const char *text)
{
	struct err e = { 0 };
	autofree char *got = again(text, NULL, &e);

	CHECK_STR(got ? got : e.text, text);
}

static int refusal(const char *text, size_t len, struct err *e)
{
	autojson *doc = NULL;
	int r = json_parse(text, len, &doc, e);

	CHECK(r == 0 || doc == NULL);
	return r;
}

static void check_refused(const char *text, int num, const char *words)
{
	struct err e = { 0 };
	int r = refusal(text, strlen(text), &e);

	CHECK_INT(r, -num);
	CHECK_HAS(e.text, words);
}

TEST(every_type_reads_and_prints)
{
	check_same("null");
	check_same("true");
	check_same("12");
	check_same("\"\"");
	check_same("[]");
	check_same("{}");
	check_same("{\"a\":[1,-2.5e+10,\"x\",null,false,{\"b\":{}}],\"\":[[]]}");
	check_same("\"\\\"\\\\\\n\\u0001 \xc3\xa9 \xf0\x9f\x98\x80 /\"");
}

TEST(tree_has_types_and_order)
{
	static const char text[] =
		" {\"z\": \"s\\u00e9\\ud83d\\ude00\", \"a\": [1, true], \"n\": 1E5} ";
	autojson *doc = NULL;
	const struct json *root, *a;

	CHECK_INT(json_parse(text, strlen(text), &doc, NULL), 0);
	root = json_root(doc);
	CHECK_INT(root->type, JSON_OBJECT);
	CHECK_INT(root->n, 3);
	CHECK_STR(root->members[0].name, "z");
	CHECK_STR(root->members[0].value.text, "s\xc3\xa9\xf0\x9f\x98\x80");
	CHECK_INT(root->members[0].value.n, 7);
	a = json_get(root, "a");
	CHECK_INT(a->type, JSON_ARRAY);
	CHECK_INT(a->items[1].boolean, true);
	CHECK_STR(json_get(root, "n")->text, "1E5");
	CHECK(json_get(root, "A") == NULL);
	CHECK(json_get(a, "x") == NULL);
	CHECK_STR(json_type_name(a->type), "array");
}

TEST(syntax_is_strict)
{
	static const char *const bad[] = {
		"",	      " ",	  "{",		"[1",
		"{} {}",      "[1,]",	  "{\"a\":1,}", "{a:1}",
		"{'a':1}",    "[1 2]",	  "{\"a\" 1}",	"// c\n1",
		"/* c */ 1",  "1 /**/",	  "01",		"-",
		"+1",	      "1.",	  ".5",		"1e",
		"0x10",	      "NaN",	  "Infinity",	"tru",
		"True",	      "nul",	  "\"a",	"\"\\x41\"",
		"\"\\u12\"",  "\"a\tb\"", "\"a\nb\"",	"\xef\xbb\xbf{}",
		"]",	      "}",	  "[}",		":",
		",",	      "1,2",	  "\"\\",	"\"\\\xc3\xa9\"",
		"\xc2\xa0{}", "{}\f",	  "[\v1]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = { 0 };

		if (refusal(bad[i], strlen(bad[i]), &e) != -EINVAL)
			TEST_FAIL("accepted or another error: %s (%s)", bad[i], e.text);
		CHECK_HAS(e.text, "byte ");
	}
	check_refused("[1,]", EINVAL, "byte 4: ");
}

TEST(utf8_is_checked)
{
	check_refused("\"\xff\"", EINVAL, "byte 1: invalid UTF-8");
	check_refused("\"a\xc0\xaf\"", EINVAL, "byte 2: invalid UTF-8");
	check_refused("\"\xe0\x80\xaf\"", EINVAL, "invalid UTF-8");
	check_refused("\"\xed\xa0\x80\"", EINVAL, "invalid UTF-8");
	check_refused("\"\xf4\x90\x80\x80\"", EINVAL, "invalid UTF-8");
	check_refused("\"\xf5\x80\x80\x80\"", EINVAL, "invalid UTF-8");
	check_refused("{\"\xc3\":1}", EINVAL, "invalid UTF-8");
	check_refused("\"\xe2\x82", EINVAL, "invalid UTF-8");
	check_same("\"\xf4\x8f\xbf\xbf\xee\x80\x80\"");
}

TEST(surrogates_come_in_pairs)
{
	check_refused("\"\\ud800\"", EINVAL, "byte 1: half a surrogate pair");
	check_refused("\"\\ud800x\"", EINVAL, "half");
	check_refused("\"\\udc00\"", EINVAL, "half");
	check_refused("\"\\ud800\\u0041\"", EINVAL, "half");
	check_refused("\"\\ud800\\ud800\"", EINVAL, "half");
	check_refused("{\"\\uDFFF\":1}", EINVAL, "half");
	check_refused("\"\\ud83d\\ude00\\ude00\"", EINVAL, "half");
	check_same("\"\\\\ud800\"");
}

TEST(nul_is_refused)
{
	static const char raw[] = "\"a\0b\"";
	struct err e = { 0 };

	check_refused("{\"a\":[0,\"x\\u0000\"]}", EINVAL, "a[1]: U+0000 in a string");
	check_refused("{\"b\":{\"a\\u0000\":1}}", EINVAL, "b: U+0000 in a member's name");
	CHECK_INT(refusal(raw, sizeof(raw) - 1, &e), -EINVAL);
	CHECK_INT(refusal("1\0", 2, &e), -EINVAL);
}

TEST(duplicate_keys_are_refused_with_their_path)
{
	check_refused("{\"a\":1,\"b\":2,\"a\":1}", EINVAL, "a: duplicate key");
	check_refused("{\"l\":[0,{\"m\":{\"k\":1,\"\\u006b\":2}}]}", EINVAL,
		      "l[1].m.k: duplicate key");
	check_refused("[[{\"k\":1,\"k\":2}]]", EINVAL, "[0][0].k: duplicate key");
	check_same("{\"a\":1,\"A\":{\"a\":2}}");
}

static char *nested(size_t depth, size_t closed)
{
	struct str s = { 0 };

	for (size_t i = 0; i < depth; i++)
		str_add(&s, i % 2 ? "{\"k\":" : "[");
	str_add(&s, "0");
	for (size_t i = closed; i-- > 0;)
		str_add(&s, i % 2 ? "}" : "]");
	return str_take(&s);
}

TEST(depth_is_limited)
{
	autofree char *fits = nested(JSON_DEPTH_MAX, JSON_DEPTH_MAX);
	autofree char *deep = nested(JSON_DEPTH_MAX + 1, JSON_DEPTH_MAX + 1);
	autofree char *abyss = nested(1000000, 0);

	check_same(fits);
	check_refused(deep, ELOOP, "nested more than 64 levels deep");
	check_refused(abyss, ELOOP, "nested");
}

TEST(size_and_values_are_limited)
{
	size_t n = (size_t)JSON_SIZE_MAX + 1;
	autofree char *text = xmalloc(n);
	struct err e = { 0 };

	memset(text, ' ', n);
	text[0] = '1';
	CHECK_INT(refusal(text, n, &e), -EFBIG);
	CHECK_INT(refusal(text, n - 1, &e), 0);
	text[0] = '[';
	for (size_t i = 1; i + 1 < n; i += 2)
		memcpy(text + i, "0,", 2);
	CHECK_INT(refusal(text, n - 1, &e), -EFBIG);
	CHECK_STR(e.text, "more than 262144 values");
}

TEST(many_keys_take_no_quadratic_time)
{
	autostr s = { 0 };
	struct timespec from, to;
	struct err e = { 0 };

	str_add(&s, "{\"k\":0");
	for (int i = 0; i < 250000; i++)
		str_addf(&s, ",\"key%d\":%d", i, i);
	str_add(&s, "}");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	CHECK_INT(refusal(s.p, s.len, &e), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	CHECK(to.tv_sec - from.tv_sec < 10);
}

TEST(indented_as_go_does)
{
	autofree char *got = again(
		"{\"a\":{},\"b\":[],\"c\":[1,{\"d\":\",\"}],\"e\":{\"f\":\":\"}}", "\t", NULL);
	autofree char *empty = again("{}", "  ", NULL);
	autofree char *list = again("[[],[[]],0]", "  ", NULL);

	CHECK_STR(got, "{\n\t\"a\": {},\n\t\"b\": [],\n\t\"c\": [\n\t\t1,\n\t\t{\n"
		       "\t\t\t\"d\": \",\"\n\t\t}\n\t],\n\t\"e\": {\n\t\t\"f\": \":\"\n\t}\n}");
	CHECK_STR(empty, "{}");
	CHECK_STR(list, "[\n  [],\n  [\n    []\n  ],\n  0\n]");
}

TEST(generator_writes_every_kind)
{
	autojsonout *o = json_out_new(NULL);
	size_t len;

	CHECK_STR(json_out_text(o, NULL), "");
	json_out_object(o);
	json_out_name(o, "i");
	json_out_i64(o, INT64_MIN);
	json_out_name(o, "u");
	json_out_u64(o, UINT64_MAX);
	json_out_name(o, "s");
	json_out_string(o, "a\xff"
			   "b\xc3");
	json_out_name(o, "l");
	json_out_array(o);
	json_out_bool(o, true);
	json_out_null(o);
	json_out_end(o);
	json_out_end(o);
	CHECK_STR(json_out_text(o, &len), "{\"i\":-9223372036854775808,\"u\":18446744073709551615,"
					  "\"s\":\"a\xef\xbf\xbd"
					  "b\xef\xbf\xbd\",\"l\":[true,null]}");
	CHECK_INT(len, strlen(json_out_text(o, NULL)));
}

TEST_MAIN
