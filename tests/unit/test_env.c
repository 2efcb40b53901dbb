/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/env.h"

#include "test.h"

#include <unistd.h>

TEST(the_last_of_a_name_wins_and_appears_once)
{
	char *base[] = { "A=1", "B=2", "A=3", "AB=4", NULL };
	char *extra[] = { "B=5", "C=6", NULL };
	autostrv char **v = env_merge(base, extra);

	CHECK_INT(strv_len(v), 4);
	CHECK_STR(v[0], "A=3");
	CHECK_STR(v[1], "AB=4");
	CHECK_STR(v[2], "B=5");
	CHECK_STR(v[3], "C=6");
}

TEST(values_keep_newlines_and_equal_signs)
{
	char *base[] = { "A=x\ny=z", "EMPTY=", NULL };
	autostrv char **v = env_merge(base, NULL);

	CHECK_STR(v[0], "A=x\ny=z");
	CHECK_STR(v[1], "EMPTY=");
}

TEST(nothing_gives_an_empty_vector)
{
	autostrv char **v = env_merge(NULL, NULL);

	CHECK(v != NULL);
	CHECK_INT(strv_len(v), 0);
}

TEST(many_names_are_all_kept)
{
	struct strv_builder b = { 0 };
	autostrv char **base = NULL, **v = NULL;

	for (int i = 0; i < 100000; i++)
		strv_builder_add(&b, xasprintf("NAME_%d=%d", i % 50000, i));
	base = strv_builder_take(&b);
	v = env_merge(base, NULL);
	CHECK_INT(strv_len(v), 50000);
	CHECK_STR(v[0], "NAME_0=50000");
	CHECK_STR(v[49999], "NAME_49999=99999");
}

/* The last: the test has no environment afterwards. */
TEST(a_wiped_environment_shows_nothing)
{
	char *first = environ[0];

	CHECK(first && *first);
	env_wipe();
	CHECK(!environ);
	CHECK_INT(*first, 0);
}

TEST_MAIN
