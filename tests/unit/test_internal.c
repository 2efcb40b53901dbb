/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal_pick.h"

#include "test.h"
#include <errno.h>

static struct ip ip(const char *text)
{
	struct ip out = { 0 };

	CHECK_INT(ip_parse(text, "test", &out, NULL), 0);
	return out;
}

static void check_pick(const char *pool, unsigned prefix, uint64_t hash, const struct ip *taken,
		       size_t n, const char *want)
{
	struct ip p = ip(pool), out = { 0 };
	char text[IP_TEXT_MAX];

	CHECK_INT(internal_pick(&p, prefix, hash, taken, n, &out, NULL), 0);
	CHECK_STR(ip_format(&out, text), want);
}

TEST(the_hash_says_where_to_begin)
{
	check_pick("10.213.0.0/16", 28, 0, NULL, 0, "10.213.0.0/28");
	check_pick("10.213.0.0/16", 28, 17, NULL, 0, "10.213.1.16/28");
	check_pick("10.213.0.0/16", 28, 4096 + 1, NULL, 0, "10.213.0.16/28");
	check_pick("10.213.7.9/16", 28, 0, NULL, 0, "10.213.0.0/28");
	check_pick("10.0.0.0/8", 30, UINT64_MAX, NULL, 0, "10.255.255.252/30");
}

TEST(what_is_taken_is_left_out)
{
	const struct ip taken[] = { ip("10.213.0.0/28"), ip("10.213.0.20/32"),
				    ip("10.213.0.32/27") };

	check_pick("10.213.0.0/16", 28, 0, taken, ARRAY_SIZE(taken), "10.213.0.64/28");
	/* Beyond the end it goes on at the beginning. */
	check_pick("10.213.0.0/26", 28, 3, taken, 1, "10.213.0.48/28");
	check_pick("10.213.0.0/26", 28, 2, &taken[2], 1, "10.213.0.0/28");
}

TEST(full)
{
	const struct ip all[] = { ip("10.0.0.0/8") };
	struct ip pool = ip("10.213.0.0/16"), out;
	struct err e = { 0 };

	CHECK_INT(internal_pick(&pool, 28, 5, all, 1, &out, &e), -ENOSPC);
	CHECK_STR(e.text, "pool 10.213.0.0/16 has no free subnet of /28");
}

TEST(no_sense)
{
	struct ip pool = ip("10.213.0.0/16"), six = ip("fd00::/64"), all = ip("0.0.0.0/0"), out;

	CHECK_INT(internal_pick(&pool, 31, 0, NULL, 0, &out, NULL), -EINVAL);
	CHECK_INT(internal_pick(&pool, 15, 0, NULL, 0, &out, NULL), -EINVAL);
	CHECK_INT(internal_pick(&six, 28, 0, NULL, 0, &out, NULL), -EINVAL);
	CHECK_INT(internal_pick(&all, 28, 0, NULL, 0, &out, NULL), -EINVAL);
}

TEST(names)
{
	char name[IFNAMSIZ], again[IFNAMSIZ];

	internal_ifname("ib", internal_hash("plc-001", 0), name);
	internal_ifname("ib", internal_hash("plc-001", 0), again);
	CHECK_INT(strlen(name), 13);
	CHECK_STR(name, again);
	internal_ifname("ib", internal_hash("plc-001", 1), again);
	CHECK(!str_eq(name, again));
	internal_ifname("ib", internal_hash("plc-002", 0), again);
	CHECK(!str_eq(name, again));
}

TEST_MAIN
