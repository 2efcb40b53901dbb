/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ip.h"
#include "test.h"

#include <errno.h>

static struct ip ip(const char *text)
{
	struct ip out = { 0 };

	CHECK_INT(ip_parse(text, "address", &out, NULL), 0);
	return out;
}

TEST(text_and_back)
{
	static const char *const same[] = {
		"10.0.0.7/24", "0.0.0.0/0", "255.255.255.255/32",
		"fd00::1/64",  "::/0",	    "2001:db8::ff00:42:8329/128"
	};
	static const char *const bad[] = {
		"",	      "10.0.0",	     "10.0.0.256",  "10.0.0.1/33",
		"10.0.0.1/",  "10.0.0.1/-1", "10.0.0.1/2x", " 10.0.0.1",
		"01.2.3.4x",  "fd00::1/129", ":::",	    "/24",
		"10.0.0.1\n", "fe80::1%eth0"
	};
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		struct ip a = ip(same[i]);

		CHECK_STR(ip_format(&a, text), same[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ip a = { 0 };

		CHECK_INT(ip_parse(bad[i], "address", &a, NULL), -EINVAL);
		CHECK(!ip_is_set(&a));
	}
}

TEST(without_a_prefix_it_is_a_host)
{
	struct ip a = ip("10.1.2.3"), b = ip("fd00::1"), none = { 0 };
	char text[IP_TEXT_MAX];

	CHECK_INT(a.prefix, 32);
	CHECK_INT(b.prefix, 128);
	CHECK_STR(ip_format_address(&a, text), "10.1.2.3");
	CHECK_STR(ip_format(&none, text), "");
	CHECK_INT(ip_parse_address("10.0.0.1/24", "x", &a, NULL), -EINVAL);
	CHECK_INT(ip_parse_subnet("10.0.0.1", "x", &a, NULL), -EINVAL);
	CHECK_INT(ip_parse_subnet("10.0.0.77/24", "x", &a, NULL), 0);
	CHECK_STR(ip_format(&a, text), "10.0.0.0/24");
}

TEST(netmasks)
{
	uint8_t n = 99;

	CHECK_INT(ip_parse_prefix("255.255.255.0", AF_INET, "netmask", &n, NULL), 0);
	CHECK_INT(n, 24);
	CHECK_INT(ip_parse_prefix("0.0.0.0", AF_INET, "netmask", &n, NULL), 0);
	CHECK_INT(n, 0);
	CHECK_INT(ip_parse_prefix("255.255.255.255", AF_INET, "netmask", &n, NULL), 0);
	CHECK_INT(n, 32);
	CHECK_INT(ip_parse_prefix("20", AF_INET, "netmask", &n, NULL), 0);
	CHECK_INT(n, 20);
	CHECK_INT(ip_parse_prefix("255.0.255.0", AF_INET, "netmask", &n, NULL), -EINVAL);
	CHECK_INT(ip_parse_prefix("33", AF_INET, "netmask", &n, NULL), -EINVAL);
	CHECK_INT(ip_parse_prefix("64", AF_INET6, "netmask", &n, NULL), 0);
}

TEST(subnets)
{
	struct ip a = ip("192.168.5.77/22"), n = ip_network(&a), b = ip_broadcast(&a);
	struct ip inside = ip("192.168.7.255"), outside = ip("192.168.8.0"), v6 = ip("::1");
	struct ip all = ip("0.0.0.0/0"), none = { 0 };
	char text[IP_TEXT_MAX];

	CHECK_STR(ip_format(&n, text), "192.168.4.0/22");
	CHECK_STR(ip_format(&b, text), "192.168.7.255/22");
	CHECK(ip_contains(&a, &inside));
	CHECK(!ip_contains(&a, &outside));
	CHECK(!ip_contains(&all, &v6));
	CHECK(ip_contains(&all, &outside));
	CHECK(!ip_contains(&none, &outside));
	CHECK(ip_overlaps(&a, &inside) && ip_overlaps(&inside, &a) && !ip_overlaps(&a, &outside));
}

TEST(hosts_of_a_subnet)
{
	static const struct {
		const char *text;
		bool is_host;
	} cases[] = {
		{ "10.0.0.0/24", false }, { "10.0.0.255/24", false },
		{ "10.0.0.1/24", true },  { "10.0.0.255/23", true },
		{ "10.0.0.0/31", true },  { "10.0.0.1/31", true },
		{ "10.0.0.1/32", true },  { "fd00::/64", false },
		{ "fd00::1/64", true },	  { "fd00::ffff:ffff:ffff:ffff/64", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip a = ip(cases[i].text);

		CHECK_INT(ip_is_host_of_subnet(&a), cases[i].is_host);
	}
}

TEST(moving_on)
{
	struct ip a = ip("10.0.0.255/16"), b = ip("fd00::ffff:ffff:ffff:ffff/64");
	struct ip last = ip("255.255.255.255"), r;
	char text[IP_TEXT_MAX];

	r = ip_add(&a, 1);
	CHECK_STR(ip_format(&r, text), "10.0.1.0/16");
	r = ip_add(&a, 0x10001);
	CHECK_STR(ip_format(&r, text), "10.1.1.0/16");
	r = ip_add(&b, 2);
	CHECK_STR(ip_format_address(&r, text), "fd00:0:0:1::1");
	r = ip_add(&last, 1);
	CHECK(!ip_is_set(&r));
	r = ip_add(&last, UINT64_MAX);
	CHECK(!ip_is_set(&r));
}

TEST(order)
{
	struct ip a = ip("9.0.0.0/8"), b = ip("10.0.0.0/8"), c = ip("10.0.0.0/9"), d = ip("::/8");

	CHECK(ip_compare(&a, &b) < 0 && ip_compare(&b, &a) > 0 && ip_compare(&b, &c) < 0);
	CHECK(ip_compare(&c, &d) < 0);
	CHECK_INT(ip_compare(&a, &a), 0);
	CHECK(ip_same_address(&b, &c) && !ip_equal(&b, &c));
}

TEST(kinds)
{
	static const char *const global[] = { "10.0.0.1", "8.8.8.8", "fd00::1", "2001:db8::1" };
	static const char *const other[] = { "0.0.0.0",	  "127.0.0.1",	     "169.254.1.1",
					     "224.0.0.1", "255.255.255.255", "::",
					     "::1",	  "fe80::1",	     "ff02::1" };

	for (size_t i = 0; i < ARRAY_SIZE(global); i++) {
		struct ip a = ip(global[i]);

		CHECK(ip_is_global(&a));
	}
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		struct ip a = ip(other[i]);

		CHECK(!ip_is_global(&a));
	}
}

TEST_MAIN
