/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

TEST(grows)
{
	autostr s = { 0 };

	str_add(&s, "ab");
	str_add_char(&s, 'c');
	str_add_bytes(&s, "d\0e", 3);
	CHECK_INT(s.len, 6);
	CHECK(memcmp(s.p, "abcd\0e", 7) == 0);
	for (int i = 0; i < 10000; i++)
		str_add(&s, "0123456789");
	CHECK_INT(s.len, 100006);
	CHECK_INT(s.p[s.len], '\0');
	CHECK_STR(s.p + s.len - 10, "0123456789");
}

TEST(formats_any_length)
{
	autostr s = { 0 };

	for (int width = 0; width < 300; width++) {
		str_reset(&s);
		str_add(&s, "x");
		str_addf(&s, "%*d|%s", width, 7, "end");
		CHECK_INT(s.len, 1 + (width ? width : 1) + 4);
		CHECK_STR(s.p + s.len - 5, "7|end");
	}
}

TEST(empty_is_valid)
{
	struct str s = { 0 };
	autofree char *none = str_take(&s);
	autofree char *some = NULL;

	CHECK_STR(none, "");
	str_reset(&s);
	str_add_bytes(&s, NULL, 0);
	str_add(&s, "");
	CHECK_STR(s.p, "");
	str_add(&s, "x");
	some = str_take(&s);
	CHECK_STR(some, "x");
	CHECK(s.p == NULL && s.len == 0 && s.cap == 0);
}

TEST(reset_keeps_memory)
{
	autostr s = { 0 };
	size_t cap;

	str_reserve(&s, 1000);
	cap = s.cap;
	CHECK(cap > 1000);
	CHECK_STR(s.p, "");
	str_add(&s, "abc");
	str_reset(&s);
	CHECK_STR(s.p, "");
	CHECK_INT(s.cap, cap);
}

TEST(allocators)
{
	autofree char *none = xmalloc(0), *cut = xstrndup("abc", 2), *all = xstrndup("abc", 9);
	autofree char *text = xasprintf("%d-%s", 1, "x");
	autofree int *zero = xcalloc(3, sizeof(int));

	CHECK(none != NULL);
	CHECK_STR(cut, "ab");
	CHECK_STR(all, "abc");
	CHECK_STR(text, "1-x");
	CHECK(zero[0] == 0 && zero[2] == 0);
	zero = xrealloc(zero, 100, sizeof(int));
	CHECK_INT(zero[2], 0);
}

TEST(closing_keeps_errno)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	errno = EXDEV;
	CHECK_INT(fd_close(-1), -1);
	CHECK_INT(fd_close(fd), -1);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	errno = EXDEV;
	CHECK_INT(fd_close(fd), -1);
	CHECK_INT(errno, EXDEV);
}

TEST_MAIN
