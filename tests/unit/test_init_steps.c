/* SPDX-License-Identifier: Apache-2.0 */
/* The order of init's steps is data, and some of it is what keeps the container closed. */
#include "engine/init/init.h"

#include "test.h"

static int place(const char *name)
{
	const char *const *names = init_step_names();

	for (int i = 0; names[i]; i++)
		if (str_eq(names[i], name))
			return i;
	return -1;
}

static void comes_before(const char *first, const char *second)
{
	CHECK(place(first) >= 0);
	CHECK(place(second) >= 0);
	if (place(first) >= place(second))
		TEST_FAIL("\"%s\" does not come before \"%s\"", first, second);
}

TEST(no_window_without_the_parent_death_signal)
{
	CHECK_INT(place("parent-death signal"), 0);
	comes_before("process", "parent-death signal, again");
}

TEST(the_cgroup_namespace_is_rooted_in_the_container_s_cgroup)
{
	comes_before("cgroup", "mounts");
}

TEST(hooks_of_the_host_see_the_mounts_and_the_old_root)
{
	comes_before("mounts", "host's hooks");
	comes_before("host's hooks", "createContainer hooks");
	comes_before("createContainer hooks", "root");
}

TEST(the_tree_is_sealed_before_the_process_loses_privilege)
{
	comes_before("root", "seal");
	comes_before("sysctl", "seal");
	comes_before("seal", "process");
	comes_before("oom score", "process");
	comes_before("keyring", "process");
}

TEST(descriptors_are_sealed_last)
{
	const char *const *names = init_step_names();
	int n = 0;

	while (names[n])
		n++;
	CHECK_INT(place("descriptors"), n - 1);
}

TEST_MAIN
