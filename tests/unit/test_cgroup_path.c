/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/path.h"
#include "test.h"
#include <errno.h>

/* The path, or the error's number as text. */
static const char *parse(const char *path, const char *id)
{
	static char text[CGROUP_PATH_MAX];
	autofree char *out = NULL;
	int r = cgroup_path_parse(path, id, &out, NULL);

	snprintf(text, sizeof(text), "%s", r < 0 ? "refused" : out);
	return text;
}

TEST(absent_is_the_id_below_the_root)
{
	CHECK_STR(parse(NULL, "web"), "/web");
	CHECK_STR(parse("", "web"), "/web");
}

TEST(absolute_and_relative)
{
	CHECK_STR(parse("/docker/abc", "x"), "/docker/abc");
	CHECK_STR(parse("pods/abc", "x"), "/pods/abc");
	CHECK_STR(parse("//a/./b//c/", "x"), "/a/b/c");
	CHECK_STR(parse("/...", "x"), "/...");
	CHECK_STR(parse("/.a", "x"), "/.a");
	CHECK_STR(parse("system.slice:docker:abc", "x"), "/system.slice:docker:abc");
}

TEST(what_leaves_the_hierarchy_is_refused)
{
	CHECK_STR(parse("/..", "x"), "refused");
	CHECK_STR(parse("../a", "x"), "refused");
	CHECK_STR(parse("/a/../../b", "x"), "refused");
	CHECK_STR(parse("/a/..", "x"), "refused");
}

TEST(the_root_is_refused)
{
	CHECK_STR(parse("/", "x"), "refused");
	CHECK_STR(parse("//.", "x"), "refused");
	CHECK_STR(parse(".", "x"), "refused");
	CHECK_STR(parse(NULL, ""), "refused");
}

TEST(names_that_the_kernel_refuses)
{
	char longest[300];

	CHECK_STR(parse("/a\nb", "x"), "refused");
	memset(longest, 'a', sizeof(longest));
	longest[255] = '\0';
	CHECK_INT(strlen(parse(longest, "x")), 256);
	longest[255] = 'a';
	longest[256] = '\0';
	CHECK_STR(parse(longest, "x"), "refused");
}

TEST(a_path_over_the_limit)
{
	char path[CGROUP_PATH_MAX + 1];

	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? 'a' : '/';
	path[CGROUP_PATH_MAX] = '\0';
	CHECK_STR(parse(path, "x"), "refused");
}

TEST(messages_name_the_member)
{
	struct err e = { 0 };
	char *out = NULL;

	CHECK_INT(cgroup_path_parse("/a/../b", "x", &out, &e), -EINVAL);
	CHECK_STR(e.text, "linux.cgroupsPath: \"..\" is not allowed in \"/a/../b\"");
	CHECK_INT(cgroup_path_parse("/", "x", &out, &e), -EINVAL);
	CHECK_HAS(e.text, "linux.cgroupsPath: \"/\" is the root");
	CHECK(out == NULL);
}

TEST(sub_cgroups)
{
	autofree char *a = NULL, *b = NULL;
	char *c = NULL;

	CHECK_INT(cgroup_sub_parse("/x/y", &a, NULL), 0);
	CHECK_STR(a, "/x/y");
	CHECK_INT(cgroup_sub_parse("/", &b, NULL), 0);
	CHECK_STR(b, "");
	CHECK_INT(cgroup_sub_parse("x/../../y", &c, NULL), -EINVAL);
}

TEST(files)
{
	char buf[CGROUP_FILE_MAX];

	CHECK_STR(cgroup_file(buf, "/a/b", "tasks"), "a/b/tasks");
	CHECK_STR(cgroup_file(buf, "a", "tasks"), "a/tasks");
	CHECK_STR(cgroup_file(buf, "", "tasks"), "tasks");
}

TEST_MAIN
