/* SPDX-License-Identifier: Apache-2.0 */
#include "net/desired.h"
#include "test.h"

#include <errno.h>

#define IFACE(members) "{\"interfaces\":[{\"name\":\"a\",\"type\":\"ethernet\"," members "}]}"

TEST(both_forms)
{
	static const char *const texts[] = {
		"{\"version\":1,\"plugins\":{\"lxc\":{},\"net\":{\"interfaces\":[{\"name\":\"br0\","
		"\"type\":\"bridge\",\"ports\":[\"a\"],\"driver\":7,\"ipv4\":{\"enabled\":true,"
		"\"address\":[{\"ip\":\"10.0.0.1\",\"prefix\":24}],\"dns\":[\"x\"]}}]}}}",
		"{\"interfaces\":[{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"a\"],"
		"\"ipv4\":{\"address\":[{\"ip\":\"10.0.0.1\",\"prefix\":24}]}}]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct desired d = { 0 };
		struct ip ip;

		CHECK_INT(desired_parse(texts[i], strlen(texts[i]), &d, NULL), 0);
		CHECK_INT(d.n_interfaces, 1);
		CHECK_INT(d.interfaces[0].type, DESIRED_BRIDGE);
		CHECK(desired_bridge_of(&d, "a") == &d.interfaces[0]);
		CHECK(desired_is_static(d.interfaces[0].ipv4) &&
		      !desired_is_off(d.interfaces[0].ipv4));
		ip = desired_address_ip(&d.interfaces[0].ipv4->address[0]);
		CHECK(ip.family == AF_INET && ip.prefix == 24);
		desired_done(&d);
	}
}

TEST(what_is_refused)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "{\"plugins\":{}}", "plugins.net: is missing" },
		{ "{\"interfaces\":[{\"name\":\"a/b\",\"type\":\"bridge\"}]}",
		  "interfaces[0].name: interface \"a/b\": not an interface's name" },
		{ "{\"interfaces\":[{\"name\":\"a\",\"type\":\"x\"}]}",
		  "interfaces[0].type: unknown value \"x\"" },
		{ "{\"interfaces\":[{\"name\":\"a\",\"type\":\"bridge\"},{\"name\":\"a\",\"type\":"
		  "\"bridge\"}]}",
		  "interfaces[1].name: \"a\" occurs twice" },
		{ "{\"interfaces\":[{\"name\":\"a\",\"type\":\"bridge\",\"ports\":[\"c\"]},"
		  "{\"name\":\"b\",\"type\":\"bridge\",\"ports\":[\"c\"]}]}",
		  "interfaces[1].ports: c is a port of a, too" },
		{ "{\"interfaces\":[{\"name\":\"a\",\"type\":\"bridge\",\"ports\":[\"a\"]}]}",
		  "interfaces[0].ports: it is a port of itself" },
		{ IFACE("\"ports\":[\"b\"]"), "interfaces[0].ports: it is no bridge" },
		{ IFACE("\"ipv4\":{\"address\":[{\"ip\":\"10.0.0.0\",\"prefix\":24}]}"),
		  "interfaces[0].ipv4.address[0].ip \"10.0.0.0\": no host can have it" },
		{ IFACE("\"ipv4\":{\"address\":[{\"ip\":\"fd00::1\",\"prefix\":64}]}"),
		  "interfaces[0].ipv4.address[0].ip \"fd00::1\": is of the other family" },
		{ IFACE("\"ipv4\":{\"address\":[{\"ip\":\"10.0.0.1\",\"prefix\":33}]}"),
		  "interfaces[0].ipv4.address[0].prefix 33: of 10.0.0.1 at most 32" },
		{ IFACE("\"ipv4\":{\"address\":[{\"ip\":\"10.0.0.1\",\"prefix\":24}],\"gateway\":"
			"\"10.0.1.1\"}"),
		  "interfaces[0].ipv4.gateway \"10.0.1.1\": in no address's subnet" },
		{ IFACE("\"ipv4\":{\"address\":[{\"ip\":\"10.0.0.1\",\"prefix\":24}],\"gateway\":"
			"\"10.0.0.1\"}"),
		  "interfaces[0].ipv4.gateway \"10.0.0.1\": is the address itself" },
		{ IFACE("\"ipv4\":{\"dhcp\":true,\"gateway\":\"10.0.0.1\"}"),
		  "interfaces[0].ipv4.dhcp: and an address or a gateway of its own" },
		{ IFACE("\"ipv4\":{\"enabled\":false,\"dhcp\":true}"),
		  "interfaces[0].ipv4.enabled: is false, but something is to be set" },
		{ IFACE("\"ipv6\":{\"dhcp\":true}"),
		  "interfaces[0].ipv6.dhcp: is not there for IPv6" },
		{ "{\"interfaces\":[{\"name\":\"a\",\"type\":\"bridge\",\"ipv4\":{\"gateway\":"
		  "\"10.0.0.1\"}},{\"name\":\"b\",\"type\":\"bridge\",\"ipv4\":{\"gateway\":"
		  "\"10.0.0.2\"}}]}",
		  "interfaces[1]: a second default gateway, a has one" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct desired d = { 0 };
		struct err e = { 0 };

		CHECK_INT(desired_parse(cases[i].text, strlen(cases[i].text), &d, &e), -EINVAL);
		CHECK_STR(e.text, cases[i].error);
		CHECK(!d.interfaces);
	}
}

TEST(netmakers_own_ports_are_left)
{
	CHECK(desired_is_foreign_port("nm-mesh") && desired_is_foreign_port("wg0"));
	CHECK(!desired_is_foreign_port("eth0") && !desired_is_foreign_port("nm"));
}

TEST_MAIN
