/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/layer_path.h"
#include "test.h"

#include <errno.h>
#include <limits.h>

static void check(const char *text, enum layer_entry kind, const char *dir, const char *name)
{
	autolayerpath p = { 0 };
	struct err e;

	CHECK_INT(layer_path_parse(text, &p, &e), 0);
	CHECK_INT(p.kind, kind);
	if (kind != LAYER_ROOT) {
		CHECK_STR(p.dir, dir);
		CHECK_STR(p.name, name);
	}
}

TEST(where_an_entry_goes)
{
	check("a", LAYER_FILE, "", "a");
	check("./a/b/", LAYER_FILE, "a", "b");
	check("/etc//passwd", LAYER_FILE, "etc", "passwd");
	check("a/./b/./c", LAYER_FILE, "a/b", "c");
	check("a/..b/...", LAYER_FILE, "a/..b", "...");
	check("", LAYER_ROOT, NULL, NULL);
	check("/", LAYER_ROOT, NULL, NULL);
	check("./", LAYER_ROOT, NULL, NULL);
}

TEST(whiteouts)
{
	check("a/.wh.b", LAYER_WHITEOUT, "a", "b");
	check(".wh.b", LAYER_WHITEOUT, "", "b");
	check("a/.wh..wh..opq", LAYER_OPAQUE, "a", ".wh..wh..opq");
	check("a/.wh..wh.plnk", LAYER_IGNORED, "a", ".wh..wh.plnk");
	check(".wh.a/b", LAYER_FILE, ".wh.a", "b");
	check(".wh.…", LAYER_WHITEOUT, "", "…");
}

static void refuse(const char *text, int num)
{
	autolayerpath p = { 0 };
	struct err e;

	CHECK_INT(layer_path_parse(text, &p, &e), num);
	CHECK(p.dir == NULL && p.name == NULL);
}

TEST(what_is_refused)
{
	char text[PATH_MAX + 1];

	refuse("..", -EINVAL);
	refuse("../etc/passwd", -EINVAL);
	refuse("a/../../b", -EINVAL);
	refuse("a/..", -EINVAL);
	refuse("/../a", -EINVAL);
	refuse(".wh.", -EINVAL);
	refuse("a/.wh..", -EINVAL);
	refuse("a/.wh...", -EINVAL);
	memset(text, 'a', NAME_MAX + 1);
	text[NAME_MAX + 1] = '\0';
	refuse(text, -ENAMETOOLONG);
	for (size_t i = 0; i < PATH_MAX; i++)
		text[i] = i % 2 ? '/' : 'a';
	text[PATH_MAX] = '\0';
	refuse(text, -ENAMETOOLONG);
}

TEST_MAIN
