/* SPDX-License-Identifier: Apache-2.0 */
#include "net/json_stream.h"
#include "test.h"
#include <errno.h>

/* Feeds a text in pieces of n bytes and joins the messages found, each followed by '|'. */
static int split(const char *text, size_t n, size_t max, struct str *out)
{
	struct json_stream s = { .max = max };
	size_t left = strlen(text), len;
	const char *message;
	int r = 0;

	while (left > 0 && r >= 0) {
		size_t now = MIN(n, left);

		json_stream_feed(&s, text, now);
		text += now;
		left -= now;
		while ((r = json_stream_next(&s, &message, &len, NULL)) > 0) {
			str_add_bytes(out, message, len);
			str_add_char(out, '|');
		}
	}
	if (r == 0 && json_stream_is_partial(&s))
		r = 1;
	json_stream_done(&s);
	return r;
}

static void check(const char *text, int want, const char *messages)
{
	for (size_t n = 1; n <= strlen(text); n++) {
		autostr out = { 0 };

		str_add(&out, "");
		CHECK_INT(split(text, n, 1000, &out), want);
		CHECK_STR(out.p, messages);
	}
}

TEST(messages_without_separators)
{
	check("{}", 0, "{}|");
	check("{\"a\":[1,{\"b\":{}}]}{\"c\":2} \r\n\t{}", 0,
	      "{\"a\":[1,{\"b\":{}}]}|{\"c\":2}|{}|");
	check("  ", 0, "");
}

TEST(brackets_and_quotes_within_strings)
{
	check("{\"}\":\"]}\\\"}{\"}{}", 0, "{\"}\":\"]}\\\"}{\"}|{}|");
	check("{\"\\\\\":1}{}", 0, "{\"\\\\\":1}|{}|");
}

TEST(half_a_message)
{
	check("{\"a\":", 1, "");
	check("{}{\"a", 1, "{}|");
}

TEST(what_is_no_message)
{
	check("x", -EBADMSG, "");
	check("[1]", -EBADMSG, "");
	check("{}\"a\"", -EBADMSG, "{}|");
	check("}", -EBADMSG, "");
}

TEST(long_messages)
{
	autostr out = { 0 };

	CHECK_INT(split("{\"a\":1}", 3, 7, &out), 0);
	CHECK_INT(split("{\"a\":1}", 3, 6, &out), -EFBIG);
	CHECK_INT(split("{\"aaaaaaaaaaaaaaaaaaaa", 22, 6, &out), -EFBIG);
	CHECK_INT(split("{\"aaaaaaaaaaaaaaaaaaaa", 1, 6, &out), -EFBIG);
	/* White space between messages is no part of one. */
	CHECK_INT(split("                   {}", 30, 6, &out), 0);
}

TEST_MAIN
