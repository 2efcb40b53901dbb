/* SPDX-License-Identifier: Apache-2.0 */
#include "core/names.h"

#include "test.h"

static const struct name table[] = {
	{ "one", 1 }, { "uno", 1 }, { "min", INT64_MIN }, { NULL, 0 }
};

TEST(finds_by_name)
{
	int64_t v = 77;

	CHECK_INT(names_find(table, "uno", &v), 1);
	CHECK_INT(v, 1);
	CHECK_INT(names_find(table, "min", &v), 1);
	CHECK(v == INT64_MIN);
	CHECK_INT(names_find(table, "One", &v), 0);
	CHECK_INT(names_find(table, "", &v), 0);
	CHECK(v == INT64_MIN);
}

TEST(first_row_is_canonical)
{
	CHECK_STR(names_get(table, 1), "one");
	CHECK(names_get(table, 0) == NULL);
}

TEST_MAIN
