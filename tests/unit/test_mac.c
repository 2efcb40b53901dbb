/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mac.h"
#include "test.h"

#include <errno.h>

TEST(text_and_back)
{
	static const char *const bad[] = { "",
					   "02:00:00:00:00",
					   "02:00:00:00:00:0",
					   "02:00:00:00:00:001",
					   "02:00:00:00:00:0g",
					   "02:00-00:00:00:01",
					   "020:0:00:00:00:01",
					   "02.00.00.00.00.01",
					   "02:00:00:00:00:01:02",
					   "02:00:00:00:00:01 " };
	char text[MAC_TEXT_MAX];
	struct mac m;

	CHECK_INT(mac_parse("0A:1b:2C:3d:4E:5f", "MAC", &m, NULL), 0);
	CHECK_STR(mac_format(&m, text), "0a:1b:2c:3d:4e:5f");
	CHECK_INT(mac_parse("0a-1b-2c-3d-4e-5f", "MAC", &m, NULL), 0);
	CHECK_STR(mac_format(&m, text), "0a:1b:2c:3d:4e:5f");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(mac_parse(bad[i], "MAC", &m, NULL), -EINVAL);
}

TEST(what_no_interface_may_have)
{
	struct err e = { 0 };
	struct mac m;

	CHECK_INT(mac_parse_host("00:00:00:00:00:00", "MAC", &m, &e), -EINVAL);
	CHECK_STR(e.text, "MAC \"00:00:00:00:00:00\": all zero");
	CHECK_INT(mac_parse_host("01:00:5e:00:00:01", "MAC", &m, &e), -EINVAL);
	CHECK_STR(e.text, "MAC \"01:00:5e:00:00:01\": a multicast address");
	CHECK_INT(mac_parse_host("ff:ff:ff:ff:ff:ff", "MAC", &m, &e), -EINVAL);
	CHECK_INT(mac_parse_host("52:54:00:00:00:01", "MAC", &m, &e), 0);
}

TEST(generated_ones_are_local_and_unicast)
{
	struct mac a, b;

	CHECK_INT(mac_random(&a, NULL), 0);
	CHECK_INT(mac_random(&b, NULL), 0);
	CHECK_INT(a.b[0] & 3, 2);
	CHECK(!mac_is_multicast(&b) && !mac_is_zero(&b) && !mac_equal(&a, &b));
}

TEST_MAIN
