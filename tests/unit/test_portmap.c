/* SPDX-License-Identifier: Apache-2.0 */
#include "net/portmap_elements.h"
#include "test.h"
#include <errno.h>
#include <netinet/in.h>

static struct ip ip(const char *text)
{
	struct ip a = { 0 };

	CHECK_INT(ip_parse(text, "address", &a, NULL), 0);
	return a;
}

TEST(maps_read_and_print)
{
	static const char *const texts[][2] = {
		{ "8080:80", "8080:80/tcp" },
		{ "8080:80/udp", "8080:80/udp" },
		{ "0.0.0.0:8080:80", "8080:80/tcp" },
		{ "192.0.2.1:8000-8009:9000-9009", "192.0.2.1:8000-8009:9000-9009/tcp" },
		{ "[2001:db8::1]:1:65535/tcp", "[2001:db8::1]:1:65535/tcp" },
	};
	struct portmap p;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK_INT(portmap_parse(texts[i][0], &p, NULL), 0);
		autofree char *text = portmap_format(&p);
		CHECK_STR(text, texts[i][1]);
	}
}

TEST(bad_maps_are_refused)
{
	static const char *const bad[] = {
		"",	      "80",	     "0:80",	    "80:0",
		"80:65536",   "80-70:80-70", "80-89:80-88", "80:80/sctp",
		"x:80:80",    "[::1:80:80",  "80:",	    ":80",
		"1.2.3.4:80", "-1:80",	     "80:80:80:80", "80:80/",
	};
	struct portmap p = { .host_port = 7 };
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (portmap_parse(bad[i], &p, &e) != -EINVAL)
			TEST_FAIL("\"%s\" was taken", bad[i]);
	CHECK_INT(p.host_port, 7);
}

static struct portmap map(const char *text, const char *to)
{
	struct portmap p = { 0 };

	CHECK_INT(portmap_parse(text, &p, NULL), 0);
	p.to = ip(to);
	return p;
}

static int check(struct portmap p, const char *owner)
{
	struct nat n = { .owner = owner, .ports = &p, .n_ports = 1 };

	return portmap_check(&n, NULL);
}

TEST(rules)
{
	CHECK_INT(check(map("80:80", "10.0.0.2/24"), "a"), 0);
	CHECK_INT(check(map("80:80", "10.0.0.2/24"), ""), -EINVAL);
	CHECK_INT(check(map("80:80", "10.0.0.2/24"), "a\" }"), -EINVAL);
	CHECK_INT(check(map("80:80", "10.0.0.2/24"), "a\nb"), -EINVAL);
	CHECK_INT(check(map("80:80", "127.0.0.1"), "a"), -EINVAL);
	CHECK_INT(check(map("80:80", "224.0.0.1"), "a"), -EINVAL);
	CHECK_INT(check(map("[::1]:80:80", "fd00::2/64"), "a"), -EINVAL);
	CHECK_INT(check(map("127.0.0.1:80:80", "fd00::2/64"), "a"), -EINVAL);
	CHECK_INT(check(map("1-65000:1-65000", "10.0.0.2/24"), "a"), -EINVAL);
}

/* What is made of maps, as the text of a transaction against what is there. */
static int change(const struct nat *n, const struct nat_elements *have, struct str *out,
		  struct err *e)
{
	struct nat_elements want = { 0 };
	int r;

	nat_elements_make(n, &want);
	r = nat_elements_change(have, &want, out, e);
	nat_elements_done(&want);
	return r;
}

TEST(a_transaction)
{
	struct portmap maps[] = { map("192.0.2.1:8080:80", "10.1.0.2/24"),
				  map("53:53/udp", "fd00::2/64") };
	struct ip source = ip("10.1.0.2/24");
	struct nat n = {
		.owner = "web", .ports = maps, .n_ports = 2, .sources = &source, .n_sources = 1
	};
	struct nat_elements none = { 0 };
	autostr text = { 0 };

	CHECK_INT(change(&n, &none, &text, NULL), 5);
	CHECK_STR(text.p,
		  "create element inet runlet near4 { 10.1.0.0-10.1.0.255 . 10.1.0.2 comment "
		  "\"web\" }\n"
		  "create element inet runlet source4 { 10.1.0.2 comment \"web\" }\n"
		  "create element inet runlet host4 { 192.0.2.1 . tcp . 8080 comment \"web\" : "
		  "10.1.0.2 . 80 }\n"
		  "create element inet runlet near6 { fd00::-fd00::ffff:ffff:ffff:ffff . fd00::2 "
		  "comment \"web\" }\n"
		  "create element inet runlet any6 { udp . 53 comment \"web\" : fd00::2 . 53 }\n");
}

TEST(what_is_there_is_left_out)
{
	struct portmap p = map("8080:80", "10.1.0.2/24");
	struct nat n = { .owner = "web", .ports = &p, .n_ports = 1 };
	struct nat_elements have = { 0 };
	autostr text = { 0 };

	nat_elements_make(&n, &have);
	CHECK_INT(change(&n, &have, &text, NULL), 0);
	CHECK_INT(text.len, 0);
	nat_elements_done(&have);
}

/* Whether b's map is refused where a's is. */
static int conflict(const char *a, const char *b)
{
	struct portmap pa = map(a, "10.1.0.2/24"), pb = map(b, "10.1.0.3/24");
	struct nat na = { .owner = "first", .ports = &pa, .n_ports = 1 };
	struct nat nb = { .owner = "second", .ports = &pb, .n_ports = 1 };
	struct nat_elements have = { 0 };
	struct err e = { 0 };
	autostr text = { 0 };
	int r;

	nat_elements_make(&na, &have);
	r = change(&nb, &have, &text, &e);
	if (r < 0)
		CHECK(strstr(e.text, "taken by first"));
	nat_elements_done(&have);
	return r;
}

TEST(a_port_has_one_holder)
{
	CHECK_INT(conflict("80:80", "80:81"), -EADDRINUSE);
	CHECK_INT(conflict("80:80", "127.0.0.1:80:80"), -EADDRINUSE);
	CHECK_INT(conflict("127.0.0.1:80:80", "80:80"), -EADDRINUSE);
	CHECK_INT(conflict("70-90:70-90", "80:80"), -EADDRINUSE);
	CHECK_INT(conflict("127.0.0.1:80:80", "192.0.2.1:80:80"), 2);
	CHECK_INT(conflict("80:80", "80:80/udp"), 2);
	CHECK_INT(conflict("80:80", "81:80"), 2);
}

TEST(a_port_twice_in_one_call)
{
	struct portmap maps[] = { map("80:80", "10.1.0.2/24"), map("80:81", "10.1.0.2/24") };
	struct nat n = { .owner = "web", .ports = maps, .n_ports = 2 };
	struct nat_elements none = { 0 };
	autostr text = { 0 };

	CHECK_INT(change(&n, &none, &text, NULL), -EADDRINUSE);
}

TEST(an_address_left_over_is_replaced)
{
	struct ip source = ip("10.1.0.2/24"), wider = ip("10.1.0.2/16");
	struct nat old = { .owner = "dead", .sources = &source, .n_sources = 1 };
	struct nat new = { .owner = "new", .sources = &wider, .n_sources = 1 };
	struct nat_elements have = { 0 };
	autostr text = { 0 };

	nat_elements_make(&old, &have);
	CHECK_INT(change(&new, &have, &text, NULL), 2);
	CHECK(str_starts(text.p, "delete element inet runlet near4 { 10.1.0.0-10.1.0.255 . "
				 "10.1.0.2 }\n"));
	CHECK(strstr(text.p, "delete element inet runlet source4 { 10.1.0.2 }\n"));
	nat_elements_done(&have);
}

TEST(an_element_of_the_kernel)
{
	struct nft_element raw = {
		.set = NFT_HOST4,
		.key = { 192, 0, 2, 1, IPPROTO_UDP, 0, 0, 0, 0x1f, 0x90 },
		.key_len = 12,
		.data = { 10, 1, 0, 2, 0, 53 },
		.data_len = 8,
		.comment = "dns",
	};
	struct nat_element x;
	autostr text = { 0 };

	CHECK_INT(nat_element_read(&raw, &x), 0);
	CHECK_STR(x.owner, "dns");
	CHECK_INT(x.to_port, 53);
	nat_element_delete(&x, &text);
	CHECK_STR(text.p, "delete element inet runlet host4 { 192.0.2.1 . udp . 8080 }\n");
	raw.key_len = 8;
	CHECK_INT(nat_element_read(&raw, &x), -EBADMSG);
	raw.key_len = 12;
	raw.key[4] = IPPROTO_ICMP;
	CHECK_INT(nat_element_read(&raw, &x), -EBADMSG);
}

TEST(long_owners_stay_apart)
{
	char a[200], b[200], out_a[PORTMAP_OWNER_MAX + 1], out_b[PORTMAP_OWNER_MAX + 1];

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[199] = b[199] = '\0';
	b[198] = 'y';
	CHECK_INT(strlen(portmap_owner(a, out_a)), PORTMAP_OWNER_MAX);
	CHECK(strcmp(out_a, portmap_owner(b, out_b)) != 0);
	CHECK_STR(portmap_owner("short", out_a), "short");
}

TEST_MAIN
