/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_config.h"

#include "core/strv.h"
#include "test.h"
#include <errno.h>

/* A lease that is right in everything, then what a test changes of it. */
static char **environment(const char *const *more)
{
	static const char *const good[] = {
		"ip=10.0.0.7",
		"mask=24",
		"subnet=255.255.255.0",
		"router=10.0.0.1",
		"dns=10.0.0.1 1.1.1.1",
		"domain=lan.example",
		"hostname=plc-001",
		"mtu=1400",
		"lease=600",
		"broadcast=10.0.0.255",
		"serverid=10.0.0.1",
		"ntpsrv=10.0.0.1",
	};
	char **env = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		strv_push(&env, good[i]);
	for (; *more; more++)
		strv_push(&env, *more);
	return env;
}

static int parse(const char *const *more, struct dhcp_config *c, struct str *ignored, struct err *e)
{
	autostrv char **env = environment(more);

	return dhcp_config_parse(env, c, ignored, e);
}

static void check_ip(const struct ip *ip, const char *want)
{
	char text[IP_TEXT_MAX];

	CHECK_STR(ip_format(ip, text), want);
}

TEST(everything)
{
	struct dhcp_config c = { 0 };
	autostr ignored = { 0 };

	CHECK_INT(parse((const char *const[]){ NULL }, &c, &ignored, NULL), 0);
	CHECK_INT(ignored.len, 0);
	check_ip(&c.address, "10.0.0.7/24");
	check_ip(&c.gateway, "10.0.0.1/32");
	check_ip(&c.broadcast, "10.0.0.255/32");
	check_ip(&c.server, "10.0.0.1/32");
	CHECK_INT(c.n_dns, 2);
	check_ip(&c.dns[1], "1.1.1.1/32");
	CHECK_STR(c.domain, "lan.example");
	CHECK_STR(c.hostname, "plc-001");
	CHECK_INT(c.mtu, 1400);
	CHECK_INT(c.lease_s, 600);
	CHECK_INT(c.n_routes, 0);
}

TEST(the_mask_may_be_dotted)
{
	struct dhcp_config c = { 0 };
	autostr ignored = { 0 };

	CHECK_INT(parse((const char *const[]){ "mask=", NULL }, &c, &ignored, NULL), 0);
	check_ip(&c.address, "10.0.0.7/24");
	CHECK_INT(parse((const char *const[]){ "mask=255.255.0.0", "broadcast=", NULL }, &c,
			&ignored, NULL),
		  0);
	check_ip(&c.address, "10.0.0.7/16");
	CHECK_INT(ignored.len, 0);
}

TEST(no_usable_address)
{
	static const char *const bad[] = {
		"ip=",
		"ip=$(reboot)",
		"ip=127.0.0.1",
		"ip=224.0.0.1",
		"ip=10.0.0.0",
		"ip=10.0.0.255",
		"ip=0.0.0.1",
		"ip=fd00::1",
		"ip=10.0.0.7 ",
		"ip=10.0.0.7/24",
		"mask=33",
		"mask=0",
		"mask=1",
		"mask=7",
		"mask=-1",
		"mask=24;id",
		"mask=255.0.255.0",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dhcp_config c = { 0 };
		autostr ignored = { 0 };
		struct err e = { 0 };

		CHECK_INT(parse((const char *const[]){ bad[i], NULL }, &c, &ignored, &e), -EINVAL);
		CHECK(e.text[0]);
		CHECK(!ip_is_set(&c.address));
	}
}

/* An option that is no good is as if it had not been sent, and said. */
static const struct {
	const char *variable;
	const char *says;
} hostile[] = {
	{ "router=10.0.1.1", "router: \"10.0.1.1\": no host of the subnet" },
	{ "router=10.0.0.7", "router: \"10.0.0.7\": no host of the subnet" },
	{ "router=10.0.0.1;reboot", "router: address \"10.0.0.1;reboot\": not an IP address" },
	{ "dns=1.1.1.1 `id`", "dns: address \"`id`\": not an IP address" },
	{ "dns=0.0.0.0", "dns: \"0.0.0.0\": no address of a server" },
	{ "domain=a\nnameserver 6.6.6.6", "domain: \"a\\nnameserver 6.6.6.6\": not a name" },
	{ "domain=$(reboot)", "domain: \"$(reboot)\": not a name" },
	{ "domain=bad", "domain: not a name" },
	{ "domain=a..b", "domain: \"a..b\": not a name" },
	{ "domain=.a", "domain: \".a\": not a name" },
	{ "hostname=-x", "hostname: \"-x\": not a name" },
	{ "hostname=a b", "hostname: \"a b\": not a name" },
	{ "mtu=68", "mtu: 68 is less than 576" },
	{ "mtu=65536", "mtu: " },
	{ "mtu=1500x", "mtu: " },
	{ "lease=99999999999", "lease: " },
	{ "broadcast=10.0.0.254", "broadcast: \"10.0.0.254\": not the subnet's" },
	{ "serverid=x", "serverid: " },
	{ "staticroutes=0.0.0.0/1 10.0.0.2 128.0.0.0/1 10.0.0.2",
	  "staticroutes: route to 0.0.0.0/1: takes nearly everything" },
	{ "staticroutes=10.0.0.4/32 10.0.0.2",
	  "staticroutes: route to 10.0.0.4/32: lies in the subnet" },
	{ "staticroutes=10.1.0.0/16 10.9.0.2", "staticroutes: route to 10.1.0.0/16: its gateway "
					       "10.9.0.2 is no host of the subnet" },
	{ "staticroutes=127.0.0.0/8 10.0.0.2",
	  "staticroutes: route to 127.0.0.0/8: not to be routed" },
	{ "staticroutes=169.254.0.0/16 10.0.0.2",
	  "staticroutes: route to 169.254.0.0/16: not to be routed" },
	{ "staticroutes=10.1.0.0/16", "staticroutes: not up to 16 pairs of network and gateway" },
	{ "staticroutes=0.0.0.0/0 0.0.0.0", "staticroutes: a default route without a gateway" },
	{ "staticroutes=10.1.0.0/33 10.0.0.2", "staticroutes: " },
};

TEST(hostile_options)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct dhcp_config c = { 0 };
		autostr ignored = { 0 };
		struct err line = { 0 };

		CHECK_INT(parse((const char *const[]){ hostile[i].variable, NULL }, &c, &ignored,
				NULL),
			  0);
		(void)err_msg(&line, EINVAL, "%s", ignored.len ? ignored.p : "");
		if (!str_starts(line.text, hostile[i].says))
			CHECK_STR(line.text, hostile[i].says);
		CHECK(!strchr(c.domain, '\n') && !strchr(c.domain, '$'));
		CHECK_INT(c.n_routes, 0);
		if (!str_starts(hostile[i].variable, "router"))
			check_ip(&c.gateway, "10.0.0.1/32");
		else
			CHECK(!ip_is_set(&c.gateway));
	}
}

TEST(overlong)
{
	struct dhcp_config c = { 0 };
	autostr ignored = { 0 }, domain = { 0 }, routes = { 0 };

	str_add(&domain, "domain=");
	for (int i = 0; i < 300; i++)
		str_add(&domain, "a.");
	str_add(&domain, "a");
	str_add(&routes, "staticroutes=10.1.0.0/16 10.0.0.2");
	for (int i = 0; i < 17; i++)
		str_addf(&routes, " 10.%d.0.0/16 10.0.0.2", i + 2);
	CHECK_INT(parse((const char *const[]){ domain.p, routes.p, NULL }, &c, &ignored, NULL), 0);
	CHECK_STR(c.domain, "");
	CHECK_INT(c.n_routes, 0);
	CHECK(strstr(ignored.p, "domain: ") && strstr(ignored.p, "staticroutes: "));
	CHECK(ignored.len < 1024);
}

TEST(classless_routes)
{
	struct dhcp_config c = { 0 };
	autostr ignored = { 0 };

	CHECK_INT(parse((const char *const[]){ "staticroutes=10.1.0.0/16 10.0.0.2 0.0.0.0/0 "
					       "10.0.0.3 192.168.7.1/24 0.0.0.0",
					       NULL },
			&c, &ignored, NULL),
		  0);
	CHECK_INT(ignored.len, 0);
	check_ip(&c.gateway, "10.0.0.3/32");
	CHECK_INT(c.n_routes, 2);
	check_ip(&c.routes[0].dst, "10.1.0.0/16");
	check_ip(&c.routes[0].gateway, "10.0.0.2/32");
	check_ip(&c.routes[1].dst, "192.168.7.0/24");
	CHECK(!ip_is_set(&c.routes[1].gateway));
	/* The router does not count beside option 121. */
	CHECK_INT(parse((const char *const[]){ "staticroutes=10.1.0.0/16 10.0.0.2", NULL }, &c,
			&ignored, NULL),
		  0);
	CHECK(!ip_is_set(&c.gateway));
}

static struct route route_to(const char *dst, int index)
{
	struct route r = { .index = index, .table = RT_TABLE_MAIN };

	CHECK_INT(ip_parse(dst, "test", &r.dst, NULL), 0);
	return r;
}

TEST(beside_other_interfaces)
{
	struct route others[] = { route_to("0.0.0.0/0", 2), route_to("10.0.0.0/24", 3),
				  route_to("10.213.0.0/28", 2) };
	struct dhcp_config c = { 0 };
	autostr ignored = { 0 };

	CHECK_INT(parse((const char *const[]){ "staticroutes=10.213.0.1/32 10.0.0.2 0.0.0.0/0 "
					       "10.0.0.1",
					       NULL },
			&c, &ignored, NULL),
		  0);
	CHECK_INT(c.n_routes, 1);
	CHECK_INT(dhcp_config_fit(&c, 3, others, ARRAY_SIZE(others), &ignored, NULL), 0);
	CHECK_INT(c.n_routes, 0);
	CHECK(strstr(ignored.p, "overlaps 10.213.0.0/28"));
	/* A subnet within another interface's. */
	others[1].index = 4;
	CHECK_INT(dhcp_config_fit(&c, 3, others, ARRAY_SIZE(others), &ignored, NULL), -EINVAL);
}

TEST_MAIN
