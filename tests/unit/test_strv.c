/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"

#include "test.h"

static void check_split(const char *text, const char *joined, size_t n)
{
	autostrv char **v = strv_split(text, ',');
	autofree char *got = strv_join(v, "|");

	CHECK_INT(strv_len(v), n);
	CHECK_STR(got, joined);
}

TEST(null_is_an_empty_vector)
{
	autostrv char **copy = strv_copy(NULL);
	autofree char *joined = strv_join(NULL, ",");

	CHECK_INT(strv_len(NULL), 0);
	CHECK(copy && !copy[0]);
	CHECK_STR(joined, "");
	CHECK(!strv_has(NULL, "x"));
	CHECK(strv_equal(NULL, copy));
	CHECK(strv_env_get(NULL, "x") == NULL);
	strv_free(NULL);
}

TEST(pushes_and_compares)
{
	autostrv char **v = NULL, **copy = NULL;

	strv_push(&v, "a");
	strv_push_take(&v, xstrdup("b"));
	copy = strv_copy(v);
	CHECK(strv_equal(v, copy) && copy[0] != v[0]);
	CHECK(strv_has(v, "b") && !strv_has(v, "B"));
	strv_push(&copy, "c");
	CHECK(!strv_equal(v, copy) && !strv_equal(copy, v));
	strv_push(&v, "d");
	CHECK(!strv_equal(v, copy));
}

TEST(splits_and_joins)
{
	check_split("", "", 0);
	check_split("a", "a", 1);
	check_split("a,b", "a|b", 2);
	check_split(",", "|", 2);
	check_split("a,", "a|", 2);
	check_split(",a,,b", "|a||b", 4);
}

TEST(builds_long_vectors)
{
	struct strv_builder b = { 0 };
	autostrv char **v = NULL, **none = strv_builder_take(&b);

	CHECK(none && !none[0]);
	for (int i = 0; i < 100000; i++)
		strv_builder_add(&b, xasprintf("%d", i));
	v = strv_builder_take(&b);
	CHECK(b.v == NULL && b.n == 0);
	CHECK_INT(strv_len(v), 100000);
	CHECK_STR(v[99999], "99999");
}

TEST(environment_takes_the_last)
{
	char *env[] = { "A=1", "AB=2", "A=3", "NOVALUE", "E=", NULL };

	CHECK_STR(strv_env_get(env, "A"), "3");
	CHECK_STR(strv_env_get(env, "AB"), "2");
	CHECK_STR(strv_env_get(env, "E"), "");
	CHECK(strv_env_get(env, "NOVALUE") == NULL);
	CHECK(strv_env_get(env, "B") == NULL);
}

TEST_MAIN
