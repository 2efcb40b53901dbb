/* SPDX-License-Identifier: Apache-2.0 */
#include "net/interfaces.h"
#include "test.h"
#include <linux/if.h>

static struct link make_link(int index, const char *name, unsigned flags)
{
	struct link l = { .index = index, .flags = flags, .operstate = IF_OPER_UP };

	snprintf(l.name, sizeof(l.name), "%s", name);
	return l;
}

static struct ip make_ip(const char *text)
{
	struct ip ip = { 0 };

	CHECK_INT(ip_parse(text, "test", &ip, NULL), 0);
	return ip;
}

static struct route make_route(int index, const char *dst, const char *gateway, uint32_t metric)
{
	struct route r = { .index = index, .dst = make_ip(dst), .metric = metric };

	if (gateway)
		r.gateway = make_ip(gateway);
	return r;
}

#define UP (IFF_UP | IFF_RUNNING)

TEST(which_are_told_of)
{
	static const char *const shown[] = { "eth0",   "ens37", "wlan0", "br0", "vi",
					     "vienna", "vi10x", "bond0", "lan" };
	static const char *const hidden[] = { "veth12", "docker0", "br-0123", "vi100",
					      "cni0",	"wg0",	   "virbr0",  "sit0" };

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		struct link l = make_link(1, shown[i], UP);

		CHECK(interface_is_told(&l, false));
	}
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++) {
		struct link l = make_link(1, hidden[i], UP);

		CHECK(!interface_is_told(&l, false));
		CHECK(interface_is_told(&l, true));
	}
	{
		struct link l = make_link(1, "x", UP | IFF_LOOPBACK);

		CHECK(!interface_is_told(&l, false));
	}
}

TEST(addresses_and_gateways_find_their_interface)
{
	const struct link links[] = { make_link(7, "eth1", UP), make_link(1, "lo", IFF_LOOPBACK),
				      make_link(2, "eth0", UP) };
	const struct addr addrs[] = {
		{ .index = 2, .ip = make_ip("10.0.0.7/24") },
		{ .index = 1, .ip = make_ip("127.0.0.1/8") },
		{ .index = 9, .ip = make_ip("10.9.0.1/24") },
		{ .index = 2, .ip = make_ip("fd00::1/64") },
		{ .index = 2, .ip = make_ip("10.0.1.7/24") },
		{ .index = 2, .ip = make_ip("10.0.2.7/24") },
	};
	const struct route routes[] = {
		make_route(2, "0.0.0.0/0", "10.0.0.9", 200),
		make_route(2, "0.0.0.0/0", "10.0.0.1", 100),
		make_route(2, "0.0.0.0/0", "10.0.0.8", 150),
		make_route(7, "10.0.0.0/8", "10.0.0.2", 0),
		make_route(7, "0.0.0.0/0", NULL, 0),
		make_route(9, "0.0.0.0/0", "10.9.0.9", 0),
	};
	struct interfaces list = { 0 };
	char text[IP_TEXT_MAX];

	interfaces_join(links, ARRAY_SIZE(links), addrs, ARRAY_SIZE(addrs), routes,
			ARRAY_SIZE(routes), false, &list);
	CHECK_INT(list.n, 2);
	CHECK_STR(list.v[0].link.name, "eth0");
	CHECK_INT(list.v[0].n_addresses, 3);
	CHECK_STR(ip_format(&list.v[0].addresses[2], text), "10.0.2.7/24");
	CHECK_STR(ip_format_address(&list.v[0].gateway, text), "10.0.0.1");
	CHECK(interfaces_find(&list, 7) == &list.v[1]);
	CHECK_INT(list.v[1].n_addresses, 0);
	CHECK(!ip_is_set(&list.v[1].gateway));
	CHECK(!interfaces_find(&list, 1));
	interfaces_done(&list);
	CHECK(!interfaces_find(&list, 2));
}

TEST(what_makes_a_difference)
{
	struct ip one[] = { make_ip("10.0.0.7/24") }, other[] = { make_ip("10.0.0.7/25") };
	struct interface a = { .link = make_link(2, "eth0", UP),
			       .addresses = one,
			       .n_addresses = 1 };
	struct interface b = a;

	CHECK(interface_equal(&a, &b));
	b.link.mtu = 9000;
	CHECK(interface_equal(&a, &b));
	b.addresses = other;
	CHECK(!interface_equal(&a, &b));
	/* While it is down nothing is told of its addresses. */
	a.link.flags = b.link.flags = IFF_UP;
	CHECK(interface_equal(&a, &b));
	b = a;
	b.link.operstate = IF_OPER_DOWN;
	CHECK(!interface_equal(&a, &b));
	b = a;
	b.gateway = make_ip("10.0.0.1");
	a.link.flags = b.link.flags = UP;
	CHECK(!interface_equal(&a, &b));
}

static void check_text(const struct interface *f, const char *status, const char *want)
{
	autojsonout *o = json_out_new(NULL);

	interface_encode(f, status, "T", o);
	CHECK_STR(json_out_text(o, NULL), want);
}

TEST(as_json)
{
	struct ip addresses[] = { make_ip("192.168.1.7/24") };
	struct interface f = { .link = make_link(2, "eth0", UP),
			       .addresses = addresses,
			       .n_addresses = 1,
			       .gateway = make_ip("192.168.1.1") };

	check_text(&f, NULL,
		   "{\"interface\":\"eth0\",\"index\":2,\"operstate\":\"up\",\"type\":\"ethernet\","
		   "\"ipv4_addresses\":[{\"address\":\"192.168.1.7\",\"prefixlen\":24,"
		   "\"subnet\":\"192.168.1.0/24\",\"network_address\":\"192.168.1.0\"}],"
		   "\"gateway\":\"192.168.1.1\",\"timestamp\":\"T\"}");
	f.is_wireless = true;
	check_text(&f, "removed",
		   "{\"interface\":\"eth0\",\"index\":2,\"operstate\":\"up\","
		   "\"status\":\"removed\",\"type\":\"wifi\",\"ipv4_addresses\":[],"
		   "\"gateway\":null,\"timestamp\":\"T\"}");
	f.link.flags = IFF_UP;
	f.link.operstate = IF_OPER_LOWERLAYERDOWN;
	check_text(&f, NULL,
		   "{\"interface\":\"eth0\",\"index\":2,\"operstate\":\"lowerlayerdown\","
		   "\"status\":\"down\",\"type\":\"wifi\",\"ipv4_addresses\":[],"
		   "\"gateway\":null,\"timestamp\":\"T\"}");
}

TEST_MAIN
