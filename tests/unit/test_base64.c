/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/base64.h"
#include "test.h"
#include <errno.h>

static void check(const char *text, const char *want, size_t len)
{
	autostr out = { 0 };

	CHECK_INT(base64_decode(text, &out), want ? 0 : -EINVAL);
	if (want) {
		CHECK_INT(out.len, len);
		CHECK(memcmp(out.p ?: "", want, len) == 0);
	}
}

/* RFC 4648, section 10, and what is none. */
TEST(decode)
{
	check("", "", 0);
	check("Zg==", "f", 1);
	check("b2s=", "ok", 2);
	check("Zm9v", "foo", 3);
	check("Zm9vYg==", "foob", 4);
	check("Zm9v\r\nYmFy\n", "foobar", 6);
	check("AP/+", "\0\xff\xfe", 3);
	check("Zg", NULL, 0);
	check("Zg=", NULL, 0);
	check("Z===", NULL, 0);
	check("====", NULL, 0);
	check("Zg==Zg==", NULL, 0);
	check("Zm9 ", NULL, 0);
	check("Zm-_", NULL, 0);
}

TEST_MAIN
