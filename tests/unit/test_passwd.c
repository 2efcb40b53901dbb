/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/creds.h"
#include "test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIND(text, uid, want)                                                                      \
	do {                                                                                       \
		autofree char *home_ = passwd_find_home(text, sizeof(text) - 1, uid);              \
		CHECK_STR(home_, want);                                                            \
	} while (0)

TEST(finds_the_home_of_a_uid)
{
#define FILE_ "root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n"
	FIND(FILE_, 0, "/root");
	FIND(FILE_, 1000, "/home/bob");
	FIND(FILE_, 1, "/");
	FIND(FILE_, 100, "/");
	FIND("", 0, "/");
	FIND("\n\n\n", 0, "/");
}

TEST(the_last_line_needs_no_newline)
{
	FIND("a:x:5:5::/five:/bin/sh", 5, "/five");
	FIND("a:x:5:5::/five", 5, "/five");
	FIND("a:x:5", 5, "/");
}

TEST(the_first_line_of_a_uid_counts)
{
	FIND("a:x:5:5::/one:\nb:x:5:5::/two:\n", 5, "/one");
	FIND("a:x:5:5:::\nb:x:5:5::/two:\n", 5, "/");
}

TEST(numbers_are_strict)
{
	FIND("a:x:4294967296:0::/wrap:\n", 0, "/");
	FIND("a:x:-1:0::/minus:\n", UINT32_MAX, "/");
	FIND("a:x: 0:0::/space:\n", 0, "/");
	FIND("a:x:0x0:0::/hex:\n", 0, "/");
	FIND("a:x::0::/empty:\n", 0, "/");
	/* A name that looks like a number is only a name. */
	FIND("5:x:0:0::/zero:\n", 5, "/");
	FIND("5:x:0:0::/zero:\n", 0, "/zero");
}

TEST(odd_lines_are_no_users)
{
	FIND("+::0:0::/nis:\n", 0, "/");
	FIND("#a:x:0:0::/comment:\n", 0, "/");
	FIND(":x:0:0::/nameless:\n", 0, "/");
	FIND("a:x:0:0::/nul\0:\n", 0, "/");
	FIND("garbage\nroot\n:::::::\na:x:7:7::/seven:\n", 7, "/seven");
}

TEST(an_absurdly_long_home_is_none)
{
	autofree char *text = xmalloc(10000), *home = NULL;
	int n = sprintf(text, "a:x:1:1::/");

	memset(text + n, 'x', (size_t)(9999 - n));
	home = passwd_find_home(text, 9999, 1);
	CHECK_STR(home, "/");
}

static char dir[64];

static int make_root(void)
{
	int fd;

	strcpy(dir, "/tmp/test_passwd.XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0 && mkdirat(fd, "etc", 0755) == 0);
	return fd;
}

static void remove_root(int root)
{
	unlinkat(root, "etc/passwd", 0);
	unlinkat(root, "etc/passwd", AT_REMOVEDIR);
	CHECK(unlinkat(root, "etc", AT_REMOVEDIR) == 0);
	close(root);
	CHECK(rmdir(dir) == 0);
}

static void put(int root, const char *text, off_t size)
{
	int fd = openat(root, "etc/passwd", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	if (size)
		CHECK(ftruncate(fd, size) == 0);
	close(fd);
}

#define HOME(root, uid, want)                                                                      \
	do {                                                                                       \
		autofree char *home_ = passwd_home(root, uid);                                     \
		CHECK_STR(home_, want);                                                            \
	} while (0)

TEST(reads_the_file_of_the_root)
{
	int root = make_root();

	HOME(root, 0, "/");
	put(root, "me:x:0:0::/in/the/root:\n", 0);
	HOME(root, 0, "/in/the/root");
	remove_root(root);
}

TEST(hostile_files_are_as_good_as_none)
{
	int root = make_root();

	CHECK(mkfifoat(root, "etc/passwd", 0666) == 0);
	HOME(root, 0, "/");
	unlinkat(root, "etc/passwd", 0);
	CHECK(mkdirat(root, "etc/passwd", 0755) == 0);
	HOME(root, 0, "/");
	unlinkat(root, "etc/passwd", AT_REMOVEDIR);
	put(root, "me:x:0:0::/huge:\n", 1 << 30);
	HOME(root, 0, "/");
	/* Within the limit, with a line of a megabyte of NULs at the end. */
	put(root, "me:x:0:0::/small:\n", 1 << 20);
	HOME(root, 0, "/small");
	HOME(root, 1, "/");
	remove_root(root);
}

TEST(symlinks_stay_in_the_root)
{
	int root = make_root();

	/* The host has this file; the root has not. */
	CHECK(symlinkat("/../../../../etc/passwd", root, "etc/passwd") == 0);
	HOME(root, 0, "/");
	remove_root(root);
}

TEST(devices_are_not_read)
{
	int root = make_root();

	if (mknodat(root, "etc/passwd", S_IFCHR | 0666, 1 << 8 | 5) < 0) {
		remove_root(root);
		SKIP("needs CAP_MKNOD");
	}
	HOME(root, 0, "/");
	remove_root(root);
}

TEST_MAIN
