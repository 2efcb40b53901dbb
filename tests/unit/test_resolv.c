/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv.h"

#include "core/file.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(text)
{
	static const char *const servers[] = { "1.1.1.1",	    "fd00::1", "1.1.1.1",
					       "1.1.1.1\nsearch x", "",	       NULL };
	autostr out = { 0 };

	resolv_text("box", (char *const *)servers, "lan.example", &out);
	CHECK_STR(out.p, "# Written by netctl for box.\nsearch lan.example\n"
			 "nameserver 1.1.1.1\nnameserver fd00::1\n");
}

static char dir[] = "/tmp/test-resolv-XXXXXX";

static void check_file(const char *path, const char *want)
{
	autostr text = { 0 };

	CHECK_INT(file_read(AT_FDCWD, path, 4096, &text, NULL), 0);
	CHECK_STR(text.p ? text.p : "", want);
}

TEST(the_path_of_a_file)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "/a/b", "/a/b" },	  { "/a//b/", "/a/b" }, { "/a/./c/../b", "/a/b" },
		{ "/../../a/b", "/a/b" }, { "/", "/" },
	};
	autofree char *cwd = getcwd(NULL, 0), *want = NULL, *relative = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autofree char *path = NULL;

		CHECK_INT(resolv_file_path(rows[i].in, &path, NULL), 0);
		CHECK_STR(path, rows[i].want);
	}
	want = xasprintf("%s/x", cwd);
	CHECK_INT(resolv_file_path("y/../x", &relative, NULL), 0);
	CHECK_STR(relative, want);
}

TEST(var_run_is_run_where_it_leads_there)
{
	autofree char *path = NULL, *other = NULL, *target = realpath("/var/run", NULL);
	bool is_run = target && str_eq(target, "/run");

	CHECK_INT(resolv_file_path("/var/x/../run/y/resolv.conf", &path, NULL), 0);
	CHECK_STR(path, is_run ? "/run/y/resolv.conf" : "/var/run/y/resolv.conf");
	CHECK_INT(resolv_file_path("/var/runner/resolv.conf", &other, NULL), 0);
	CHECK_STR(other, "/var/runner/resolv.conf");
}

TEST(a_file_of_the_host_is_written_in_place)
{
	autofree char *path = NULL, *link = NULL, *behind = NULL;
	struct resolv_target t = { .kind = RESOLV_FILE };
	struct stat before, after;
	autostr text = { 0 };

	CHECK(mkdtemp(dir) != NULL);
	path = xasprintf("%s/resolv.conf", dir);
	link = xasprintf("%s/link", dir);
	t.path = path;
	CHECK_INT(resolv_read(&t, &text, NULL), 0);
	CHECK_INT(resolv_write(&t, "a longer text\n", 14, NULL), 0);
	CHECK_INT(stat(path, &before), 0);
	CHECK_INT(resolv_write(&t, "short\n", 6, NULL), 0);
	CHECK_INT(stat(path, &after), 0);
	CHECK_INT(before.st_ino, after.st_ino);
	check_file(path, "short\n");
	CHECK_INT(resolv_read(&t, &text, NULL), 1);
	CHECK_STR(text.p, "short\n");
	/* Not through a symlink. */
	CHECK_INT(symlink(path, link), 0);
	t.path = link;
	CHECK_INT(resolv_write(&t, "x", 1, NULL), -ELOOP);
	check_file(path, "short\n");
	CHECK_INT(unlink(link), 0);
	/* Nor behind one. */
	CHECK_INT(symlink(dir, link), 0);
	behind = xasprintf("%s/resolv.conf", link);
	t.path = behind;
	CHECK_INT(resolv_write(&t, "x", 1, NULL), -ELOOP);
	CHECK_INT(resolv_read(&t, &text, NULL), -ELOOP);
	CHECK_INT(resolv_remove(&t, NULL), -ELOOP);
	check_file(path, "short\n");
	CHECK_INT(unlink(link), 0);
	t.path = path;
	CHECK_INT(resolv_remove(&t, NULL), 0);
	CHECK_INT(resolv_remove(&t, NULL), 0);
	CHECK_INT(rmdir(dir), 0);
}

TEST(nowhere_and_nobody)
{
	const struct resolv_target none = { 0 };
	const struct resolv_target other = { .kind = RESOLV_PID, .pid = getpid(), .start_time = 1 };

	CHECK_INT(resolv_write(&none, "x", 1, NULL), 0);
	CHECK_INT(resolv_write(&other, "x", 1, NULL), -ESRCH);
}

TEST_MAIN
