/* SPDX-License-Identifier: Apache-2.0 */
#include "core/err.h"
#include "core/utf8.h"

#include "test.h"

#include <errno.h>

static void fill(char *text, size_t n)
{
	memset(text, 'a', n);
	text[n] = '\0';
}

TEST(sets_text_and_number)
{
	struct err e;

	CHECK_INT(err_set(&e, ENOENT, "open %s", "/x"), -ENOENT);
	CHECK_INT(e.num, ENOENT);
	CHECK_STR(e.text, "open /x: no such file or directory");
	CHECK_INT(err_msg(&e, EINVAL, "bad %d", 7), -EINVAL);
	CHECK_STR(e.text, "bad 7");
	CHECK_INT(err_set(&e, 0, "x"), -EIO);
	CHECK_STR(e.text, "x: input/output error");
	CHECK_INT(err_msg(&e, -5, "x"), -EIO);
}

TEST(wraps_in_front)
{
	struct err e;

	err_set(&e, EPERM, "mount");
	CHECK_INT(err_wrap(&e, "create %s: ", "c1"), -EPERM);
	CHECK_INT(e.num, EPERM);
	CHECK_STR(e.text, "create c1: mount: operation not permitted");
}

TEST(works_without_an_error_object)
{
	CHECK_INT(err_set(NULL, EBUSY, "x"), -EBUSY);
	CHECK_INT(err_msg(NULL, EBUSY, "x"), -EBUSY);
	CHECK_INT(err_wrap(NULL, "x: "), -EIO);
}

TEST(words_are_go_s)
{
	CHECK_STR(err_words(EAGAIN), "resource temporarily unavailable");
	CHECK_STR(err_words(EOPNOTSUPP), "operation not supported");
	CHECK_STR(err_words(ENOTDIR), "not a directory");
	CHECK_STR(err_words(EDOTDOT), "RFS specific error");
	CHECK_STR(err_words(ESTALE), "stale NFS file handle");
	CHECK_STR(err_words(ERFKILL), "operation not possible due to RF-kill");
	CHECK_STR(err_words(4095), "errno 4095");
	CHECK_STR(err_words(41), "errno 41");
	/* Words stay valid when others are asked for. */
	CHECK(err_words(EPERM) == err_words(EPERM));
}

TEST(stays_on_one_line)
{
	struct err e;

	err_msg(&e, EINVAL, "a\nb\tc\r\x1b[31m\x7f \xff\xc3 \xc2\x85 \xc3\xa9\\");
	CHECK_STR(e.text, "a\\nb\\tc\\r\\x1b[31m\\x7f \\xff\\xc3 \\u0085 \xc3\xa9\\");
	err_wrap(&e, "x\n: ");
	CHECK_HAS(e.text, "x\\n: a\\nb\\tc");
}

TEST(cuts_what_is_too_long)
{
	char text[3000];
	struct err e;

	fill(text, ERR_TEXT_MAX - 1);
	err_msg(&e, EINVAL, "%s", text);
	CHECK_STR(e.text, text);
	fill(text, ERR_TEXT_MAX);
	err_msg(&e, EINVAL, "%s", text);
	CHECK_INT(strlen(e.text), ERR_TEXT_MAX - 1);
	CHECK_STR(e.text + ERR_TEXT_MAX - 5, "a...");
	fill(text, sizeof(text) - 1);
	err_set(&e, ENOENT, "%s", text);
	CHECK_INT(strlen(e.text), ERR_TEXT_MAX - 1);
	CHECK_HAS(e.text, "a...: no such file or directory");
}

TEST(cuts_between_characters)
{
	char text[3000];
	size_t len;
	struct err e;

	for (size_t lead = 0; lead < 6; lead++) {
		fill(text, lead);
		for (size_t i = 0; i < 500; i++)
			strcpy(text + lead + i * 4, "\xf0\x9f\x98\x80");
		err_msg(&e, EINVAL, "%s", text);
		len = strlen(e.text);
		CHECK(len < ERR_TEXT_MAX && len > ERR_TEXT_MAX - 6);
		CHECK_INT((len - 3 - lead) % 4, 0);
		CHECK_STR(e.text + len - 3, "...");
		CHECK(!strstr(e.text, "\\x"));
	}
}

TEST(wrapping_again_and_again_is_bounded)
{
	struct err e;

	err_set(&e, EIO, "x");
	for (int i = 0; i < 1000; i++)
		CHECK_INT(err_wrap(&e, "level %d: ", i), -EIO);
	CHECK_HAS(e.text, "level 999: level 998: ");
	CHECK(strlen(e.text) < ERR_TEXT_MAX);
	CHECK_HAS(e.text, "...");
	CHECK_STR(e.text + strlen(e.text) - 21, "x: input/output error");
}

static size_t utf8_bad(const char *s)
{
	size_t n = strlen(s), len;

	for (; n > 0; s += len, n -= len) {
		len = utf8_len(s, n);
		if (len == 0)
			return n;
	}
	return 0;
}

TEST(a_long_path_hides_no_reason)
{
	char path[5000], wide[3000] = "";
	struct err e;

	fill(path, sizeof(path) - 1);
	err_set(&e, ENAMETOOLONG, "stat %s", path);
	err_wrap(&e, "invalid rootfs: ");
	CHECK(str_starts(e.text, "invalid rootfs: stat aaaa"));
	CHECK_HAS(e.text, "aaa...: file name too long");
	for (size_t i = 0; i < 900; i += 3)
		strcpy(wide + i, "\xe2\x82\xac");
	for (size_t cut = 0; cut < 3; cut++) {
		err_set(&e, EIO, "%s", wide);
		strcpy(path + cut, "p");
		CHECK_INT(err_wrap(&e, "%s%s: ", wide, path), -EIO);
		CHECK(!strstr(e.text, "\\x"));
		CHECK_STR(e.text + strlen(e.text) - 20, ": input/output error");
		CHECK_INT(utf8_bad(e.text), 0);
	}
}

TEST(utf8_lengths)
{
	CHECK_INT(utf8_len("", 0), 0);
	CHECK_INT(utf8_len("\0", 1), 1);
	CHECK_INT(utf8_len("\xc3\xa9", 2), 2);
	CHECK_INT(utf8_len("\xc3\xa9", 1), 0);
	CHECK_INT(utf8_len("\xc1\x81", 2), 0);
	CHECK_INT(utf8_len("\xe0\x9f\xbf", 3), 0);
	CHECK_INT(utf8_len("\xe0\xa0\x80", 3), 3);
	CHECK_INT(utf8_len("\xed\x9f\xbf", 3), 3);
	CHECK_INT(utf8_len("\xed\xa0\x80", 3), 0);
	CHECK_INT(utf8_len("\xf0\x8f\xbf\xbf", 4), 0);
	CHECK_INT(utf8_len("\xf0\x90\x80\x80", 4), 4);
	CHECK_INT(utf8_len("\xf4\x8f\xbf\xbf", 4), 4);
	CHECK_INT(utf8_len("\xf4\x90\x80\x80", 4), 0);
	CHECK_INT(utf8_len("\xe2\x82\x41", 3), 0);
}

TEST_MAIN
