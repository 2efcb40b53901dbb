/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/container_name.h"
#include "test.h"
#include <errno.h>

TEST(names)
{
	static const char *const bad[] = { "", ".", "..", "-x", "a/b", "a b", "../a", "a\n", "+x" };
	char longest[CONTAINER_NAME_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[CONTAINER_NAME_MAX] = '\0';
	CHECK_INT(container_name_check(longest, NULL), 0);
	longest[CONTAINER_NAME_MAX] = 'a';
	longest[CONTAINER_NAME_MAX + 1] = '\0';
	CHECK_INT(container_name_check(longest, NULL), -EINVAL);
	CHECK_INT(container_name_check("plc-001", NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(container_name_check(bad[i], NULL), -EINVAL);
}

TEST(namespaces)
{
	char longest[CONTAINER_NS_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	longest[CONTAINER_NS_MAX] = '\0';
	CHECK_INT(container_ns_check(longest, NULL), 0);
	longest[CONTAINER_NS_MAX] = 'a';
	longest[CONTAINER_NS_MAX + 1] = '\0';
	CHECK_INT(container_ns_check(longest, NULL), -EINVAL);
	CHECK_INT(container_ns_check("a+b", NULL), -EINVAL);
	CHECK_INT(container_ns_check("..", NULL), -EINVAL);
}

TEST_MAIN
