/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/scope_path.h"
#include "test.h"
#include "core/base.h"

static char text[8192];
static struct err error;

static const char *parse(const char *path, const char *base)
{
	autofree char *out = NULL;
	int r = scope_path_parse(path, "web", base, "system.slice", &out, &error);

	snprintf(text, sizeof(text), "%s", r < 0 ? "refused" : out);
	return text;
}

TEST(default_is_the_id_in_the_default_slice)
{
	CHECK_STR(parse(NULL, ""), "/system.slice/runlet-web.scope");
	CHECK_STR(parse("", ""), "/system.slice/runlet-web.scope");
	CHECK_STR(parse(NULL, "/user.slice/user-1000.slice/user@1000.service"),
		  "/user.slice/user-1000.slice/user@1000.service/system.slice/runlet-web.scope");
}

TEST(slice_prefix_and_name)
{
	CHECK_STR(parse("machine.slice:libpod:abc", ""), "/machine.slice/libpod-abc.scope");
	CHECK_STR(parse(":crio:abc", ""), "/system.slice/crio-abc.scope");
	CHECK_STR(parse("-.slice:a:b", ""), "/a-b.scope");
	CHECK_STR(parse("a.slice::b", ""), "/a.slice/b.scope");
}

TEST(slices_are_nested)
{
	CHECK_STR(parse("kubepods-besteffort-pod1.slice:cri:x", ""),
		  "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/"
		  "cri-x.scope");
}

TEST(what_is_no_such_path)
{
	static const char *const bad[] = {
		"/docker/abc",	  "a.slice:b",	       "a.slice:b:c:d",	 "system:a:b",
		"a/b.slice:a:b",  ".slice:a:b",	       "-a.slice:a:b",	 "a--b.slice:a:b",
		"a-.slice:a:b",	  "a.slice:b:",	       "a.slice:b:../c", "a.slice:b/c:d",
		"a.slice:b:x\ny", "a.slice:b:c.slice", "..slice/x:a:b",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_STR(parse(bad[i], ""), "refused");
	parse("/docker/abc", "");
	CHECK_HAS(error.text, "expected cgroupsPath to be of format \"slice:prefix:name\"");
	parse("a.slice:b:c.slice", "");
	CHECK_HAS(error.text, "\"c.slice\" is a slice");
}

TEST(unit_and_slice_of_a_path)
{
	autofree char *nested = scope_slice("/a.slice/a-b.slice/x-y.scope");
	autofree char *root = scope_slice("/x-y.scope");
	autofree char *user = scope_slice("/user.slice/user@1.service/x-y.scope");

	CHECK_STR(scope_unit("/a.slice/a-b.slice/x-y.scope"), "x-y.scope");
	CHECK_STR(scope_unit("/x-y.scope"), "x-y.scope");
	CHECK_STR(nested, "a-b.slice");
	CHECK_STR(root, "-.slice");
	CHECK_STR(user, "-.slice");
}

TEST_MAIN
