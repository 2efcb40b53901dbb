/* SPDX-License-Identifier: Apache-2.0 */
#include "net/vnic.h"
#include "test.h"
#include <errno.h>

#define GOOD "\"name\":\"eth0\",\"parent_interface\":\"ens37\""
#define STATIC GOOD ",\"network_mode\":\"manual\""

static int parse(const char *text, struct vnics *l, struct err *e)
{
	return vnics_parse(text, strlen(text), l, e);
}

TEST(both_generations_of_names)
{
	static const char *const same[] = {
		"[{" STATIC ",\"ip_address\":\"192.168.1.7\",\"parent_subnet\":\"192.168.1.0/24\","
		"\"parent_gateway\":\"192.168.1.1\",\"mac_address\":\"06:00:00:00:00:AA\"}]",
		"[{" GOOD ",\"network_mode\":\"static\",\"ip\":\"192.168.1.7\","
		"\"subnet\":\"192.168.1.9/24\",\"gateway\":\"192.168.1.1\","
		"\"mac\":\"06-00-00-00-00-aa\"}]",
		"{\"vnic_configs\":[{" STATIC ",\"ip\":\"192.168.1.7/24\","
		"\"subnet\":\"255.255.255.0\",\"gateway\":\"192.168.1.1\","
		"\"mac\":\"06:00:00:00:00:aa\",\"mac_address\":\"06:00:00:00:00:AA\"}]}",
		"[{" STATIC ",\"ip_address\":\"192.168.1.7/24\",\"ip\":\"192.168.1.7\","
		"\"parent_gateway\":\"192.168.1.1\",\"gateway\":\"\",\"subnet\":null,"
		"\"mac\":\"06:00:00:00:00:aa\",\"unknown\":[1]}]",
		"[{" STATIC ",\"ip_address\":\"192.168.1.7\",\"parent_subnet\":\"192.168.1.0/24\","
		"\"subnet\":\"255.255.255.0\",\"parent_gateway\":\"192.168.1.1\","
		"\"mac\":\"06:00:00:00:00:aa\"}]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		struct vnics l = { 0 };
		struct err e = { 0 };

		CHECK_INT(parse(same[i], &l, &e), 0);
		CHECK_STR(e.text, "");
		CHECK_INT(l.n, 1);
		CHECK_STR(l.v[0].ip_address, "192.168.1.7");
		CHECK_STR(l.v[0].parent_subnet, "192.168.1.0/24");
		CHECK_STR(l.v[0].parent_gateway, "192.168.1.1");
		CHECK_STR(l.v[0].mac_address, "06:00:00:00:00:aa");
		CHECK_INT(l.v[0].network_mode, VNIC_STATIC);
		CHECK_INT(vnic_prefix(&l.v[0]), 24);
		vnics_done(&l);
	}
}

/* What is refused, and what is said. */
static const struct {
	const char *text;
	const char *says;
} bad[] = {
	{ "[]", "At least one vNIC configuration is required" },
	{ "{}", "vnic_configs: required member is missing" },
	{ "[1]", "vnic_configs[0]: expected object, found number" },
	{ "[{\"parent_interface\":\"e\"}]", "vnic_configs[0].name: required member is missing" },
	{ "[{" GOOD ",\"network_mode\":\"bridge\"}]",
	  "vnic_configs[0].network_mode: unknown value \"bridge\"" },
	{ "[{\"name\":\"sixteen_characte\",\"parent_interface\":\"e\"}]",
	  "vNIC \"sixteen_characte\": an interface's name has at most 15 characters" },
	{ "[{\"name\":\"a/b\",\"parent_interface\":\"e\"}]",
	  "vNIC \"a/b\": not an interface's name" },
	{ "[{\"name\":\"lo\",\"parent_interface\":\"e\"}]", "vNIC \"lo\": the name is reserved" },
	{ "[{\"name\":\"int0\",\"parent_interface\":\"e\"}]",
	  "vNIC \"int0\": the name is reserved" },
	{ "[{\"name\":\"a\",\"parent_interface\":\"../x\"}]",
	  "vNIC \"a\": parent_interface \"../x\": not an interface's name" },
	{ "[{" STATIC "}]", "vNIC \"eth0\": network_mode \"manual\" needs an ip_address" },
	{ "[{" GOOD ",\"ip\":\"10.0.0.2\"}]",
	  "vNIC \"eth0\": ip_address \"10.0.0.2\" needs network_mode \"manual\"" },
	{ "[{" STATIC ",\"ip_address\":\"10.0.0.2\",\"ip\":\"10.0.0.3\"}]",
	  "vNIC \"eth0\": ip_address \"10.0.0.2\" and ip \"10.0.0.3\" are not the same" },
	{ "[{" GOOD ",\"parent_gateway\":\"10.0.0.2\",\"gateway\":\"10.0.0.3\"}]",
	  "vNIC \"eth0\": parent_gateway \"10.0.0.2\" and gateway \"10.0.0.3\" are not the same" },
	{ "[{" GOOD ",\"parent_subnet\":\"10.0.0.0/24\",\"subnet\":\"10.0.0.0/25\"}]",
	  "vNIC \"eth0\": parent_subnet \"10.0.0.0/24\" and subnet \"10.0.0.0/25\" are not the "
	  "same" },
	{ "[{" GOOD ",\"mac\":\"02:00:00:00:00:01\",\"mac_address\":\"02:00:00:00:00:02\"}]",
	  "vNIC \"eth0\": mac_address \"02:00:00:00:00:02\" and mac \"02:00:00:00:00:01\" are not "
	  "the same" },
	{ "[{" GOOD ",\"subnet\":\"255.255.255.0\"}]",
	  "vNIC \"eth0\": subnet \"255.255.255.0\": a mask alone needs a gateway or an address "
	  "beside it" },
	{ "[{" STATIC ",\"ip\":\"10.0.0.2/25\",\"subnet\":\"10.0.0.0/24\"}]",
	  "vNIC \"eth0\": ip_address \"10.0.0.2/25\": its prefix is not its subnet's, /24" },
	{ "[{" STATIC ",\"ip\":\"10.0.1.2\",\"subnet\":\"10.0.0.0/24\"}]",
	  "vNIC \"eth0\": ip_address 10.0.1.2 is not in the subnet 10.0.0.0/24" },
	{ "[{" STATIC ",\"ip\":\"10.0.0.0\",\"subnet\":\"10.0.0.0/24\"}]",
	  "vNIC \"eth0\": ip_address 10.0.0.0 is the network address of 10.0.0.0/24" },
	{ "[{" STATIC ",\"ip\":\"10.0.0.255\",\"subnet\":\"10.0.0.0/24\"}]",
	  "vNIC \"eth0\": ip_address 10.0.0.255 is the broadcast address of 10.0.0.0/24" },
	{ "[{" STATIC ",\"ip\":\"10.0.0.1\",\"gateway\":\"10.0.0.1\"}]",
	  "vNIC \"eth0\": ip_address 10.0.0.1 is the gateway's" },
	{ "[{" STATIC ",\"ip\":\"10.0.0.2\",\"gateway\":\"10.0.1.1\",\"subnet\":\"10.0.0.0/24\"}]",
	  "vNIC \"eth0\": parent_gateway 10.0.1.1 is not in the subnet 10.0.0.0/24" },
	{ "[{" STATIC ",\"ip\":\"127.0.0.2\"}]",
	  "vNIC \"eth0\": ip_address 127.0.0.2 is no address that an interface may have" },
	{ "[{" STATIC ",\"ip\":\"224.0.0.2\"}]",
	  "vNIC \"eth0\": ip_address 224.0.0.2 is no address that an interface may have" },
	{ "[{" STATIC ",\"ip\":\"fd00::2\"}]",
	  "vNIC \"eth0\": ip \"fd00::2\": not an IPv4 address" },
	{ "[{" GOOD ",\"subnet\":\"0.0.0.0/0\"}]",
	  "vNIC \"eth0\": parent_subnet 0.0.0.0/0 is no subnet of hosts" },
	{ "[{" GOOD ",\"mtu\":60}]", "vNIC \"eth0\": mtu: 60 is less than 68" },
	{ "[{" GOOD "},{\"name\":\"eth0\",\"parent_interface\":\"e\"}]",
	  "vNIC \"eth0\": there are two of this name" },
	{ "[{" GOOD ",\"mac\":\"02:00:00:00:00:01\"},{\"name\":\"b\",\"parent_interface\":"
	  "\"ens37\",\"mac\":\"02:00:00:00:00:01\"}]",
	  "MAC address 02:00:00:00:00:01 is already in use by vNIC \"eth0\"" },
	{ "[{" GOOD ",\"subnet\":\"10.0.0.0/24\"},{\"name\":\"b\",\"parent_interface\":\"ens37\","
	  "\"subnet\":\"10.0.0.9/24\"}]",
	  "Invalid vNIC configuration: vNICs 'eth0' and 'b' would connect to the same MACVLAN "
	  "network (macvlan_ens37_10.0.0.0_24)" },
};

TEST(bad_lists)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vnics l = { 0 };
		struct err e = { 0 };

		CHECK_INT(parse(bad[i].text, &l, &e), -EINVAL);
		CHECK_STR(e.text, bad[i].says);
		CHECK(l.v == NULL);
	}
}

TEST(bad_macs)
{
	static const char *const macs[] = { "01:00:5e:00:00:01", "00:00:00:00:00:00",
					    "ff:ff:ff:ff:ff:ff", "02:00:00:00:00", "x" };

	for (size_t i = 0; i < ARRAY_SIZE(macs); i++) {
		autofree char *text = xasprintf("[{" GOOD ",\"mac\":\"%s\"}]", macs[i]);
		struct vnics l = { 0 };

		CHECK_INT(parse(text, &l, NULL), -EINVAL);
	}
}

TEST(two_on_one_parent)
{
	static const char text[] =
		"[{" GOOD ",\"subnet\":\"10.0.0.0/24\",\"dns\":[\"1.1.1.1\",\"::1\",\"1.1.1.1\"]},"
		"{\"name\":\"b\",\"parent_interface\":\"ens37\",\"subnet\":\"10.0.1.0/24\"}]";
	struct vnics l = { 0 };
	struct json_out *o = json_out_new(NULL);

	CHECK_INT(parse(text, &l, NULL), 0);
	CHECK_INT(vnics_check_subnets(&l, NULL), 0);
	vnics_encode(&l, o);
	CHECK_STR(json_out_text(o, NULL),
		  "[{\"name\":\"eth0\",\"parent_interface\":\"ens37\",\"network_mode\":\"dhcp\","
		  "\"parent_subnet\":\"10.0.0.0/24\",\"dns\":[\"1.1.1.1\",\"::1\"]},"
		  "{\"name\":\"b\",\"parent_interface\":\"ens37\",\"network_mode\":\"dhcp\","
		  "\"parent_subnet\":\"10.0.1.0/24\"}]");
	json_out_free(o);
	vnics_done(&l);
}

static struct ip ip(const char *text)
{
	struct ip out = { 0 };

	CHECK_INT(ip_parse(text, "test", &out, NULL), 0);
	return out;
}

/* A static vNIC on a parent with two global addresses and one of the link. */
static int detect(const char *members, struct vnic *out, struct err *e)
{
	struct vnic_parent_address addresses[] = {
		{ ip("169.254.3.3/16"), false },
		{ ip("192.168.1.5/24"), true },
		{ ip("10.0.0.5/8"), true },
	};
	struct vnic_parent p = { addresses, 3, ip("192.168.1.1") };
	autofree char *text = xasprintf("[{" GOOD "%s}]", members);
	struct vnics l = { 0 };
	int r;

	CHECK_INT(parse(text, &l, e), 0);
	r = vnic_detect(&l.v[0], &p, e);
	*out = l.v[0];
	free(l.v);
	return r;
}

static void check_detected(const char *members, int want, const char *subnet, const char *gateway,
			   const char *says)
{
	struct vnic v = { 0 };
	struct err e = { 0 };

	CHECK_INT(detect(members, &v, &e), want);
	if (subnet)
		CHECK_STR(v.parent_subnet, subnet);
	if (gateway)
		CHECK_STR(v.parent_gateway, gateway);
	else if (want == 0)
		CHECK(v.parent_gateway == NULL);
	CHECK_STR(e.text, says);
	record_done(&vnic_record, &v);
}

TEST(detection)
{
#define MANUAL ",\"network_mode\":\"manual\",\"ip\":"
	check_detected(MANUAL "\"192.168.1.7\"", 0, "192.168.1.0/24", "192.168.1.1", "");
	check_detected(MANUAL "\"10.1.2.3\"", 0, "10.0.0.0/8", NULL, "");
	check_detected("", 0, "192.168.1.0/24", NULL, "");
	check_detected(MANUAL "\"172.16.0.1\"", -EINVAL, NULL, NULL,
		       "vNIC \"eth0\": ip_address 172.16.0.1 is not in the subnet "
		       "192.168.1.0/24");
	check_detected(MANUAL "\"192.168.1.5\"", -EINVAL, NULL, NULL,
		       "vNIC \"eth0\": ip_address 192.168.1.5 is the parent's own");
	check_detected(MANUAL "\"192.168.1.1\"", -EINVAL, NULL, NULL,
		       "vNIC \"eth0\": ip_address 192.168.1.1 is the gateway's");
	check_detected(MANUAL "\"172.16.0.1\",\"subnet\":\"172.16.0.0/31\"", 0, "172.16.0.0/31",
		       NULL, "");
}

TEST(nothing_to_detect)
{
	struct vnic_parent none = { 0 };
	char name[] = "eth0", parent[] = "ens37", address[] = "10.0.0.2";
	struct vnic v = { .name = name, .parent_interface = parent, .network_mode = VNIC_DHCP };
	struct vnic pair[] = { v, v };
	struct vnics l = { pair, 2 };
	struct err e = { 0 };

	CHECK_INT(vnic_detect(&v, &none, NULL), 0);
	CHECK_INT(vnics_check_subnets(&l, NULL), -EINVAL);
	v.network_mode = VNIC_STATIC;
	v.ip_address = address;
	CHECK_INT(vnic_detect(&v, &none, &e), -EINVAL);
	CHECK_STR(e.text,
		  "vNIC \"eth0\": Could not detect subnet for interface ens37, which has no "
		  "address: parent_subnet and parent_gateway are needed");
}

TEST_MAIN
