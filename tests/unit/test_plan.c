/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "net/plan.h"
#include "test.h"

#include <errno.h>

/* A host with eth0 (index 2, up) and eth1 (index 3, down), and what a test adds. */
struct host {
	struct link links[8];
	struct addr addrs[8];
	struct route routes[8];
	struct observed o;
};

static struct link *add_link(struct host *h, int index, const char *name, const char *kind,
			     unsigned flags)
{
	struct link *l = &h->links[h->o.n_links++];

	*l = (struct link){ .index = index, .flags = flags, .mode = -1 };
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	(void)snprintf(l->kind, sizeof(l->kind), "%s", kind);
	return l;
}

static void host_init(struct host *h)
{
	*h = (struct host){ 0 };
	h->o.links = h->links;
	h->o.addrs = h->addrs;
	h->o.routes = h->routes;
	(void)add_link(h, 1, "lo", "", IFF_UP | IFF_LOOPBACK);
	(void)add_link(h, 2, "eth0", "", IFF_UP);
	(void)add_link(h, 3, "eth1", "", 0);
}

static void add_addr(struct host *h, int index, const char *text, uint32_t flags)
{
	struct addr *a = &h->addrs[h->o.n_addrs++];

	*a = (struct addr){ .index = index, .flags = flags };
	CHECK_INT(ip_parse(text, "address", &a->ip, NULL), 0);
}

static void add_default(struct host *h, int index, const char *gateway)
{
	struct route *r = &h->routes[h->o.n_routes++];

	*r = (struct route){ .index = index, .dst = { .family = AF_INET }, .metric = 5 };
	CHECK_INT(ip_parse(gateway, "gateway", &r->gateway, NULL), 0);
}

/* The plan as text, an operation a line; what only restores in brackets. */
static char *plan_of(const struct host *h, const char *interfaces)
{
	autofree char *text = xasprintf("{\"interfaces\":[%s]}", interfaces);
	struct desired d = { 0 };
	struct plan p = { 0 };
	struct err e = { 0 };
	struct str out = { 0 };

	CHECK_INT(desired_parse(text, strlen(text), &d, &e), 0);
	if (plan_make(&d, &h->o, &p, &e) < 0)
		str_add(&out, e.text);
	for (size_t i = 0; i < p.n; i++) {
		str_add(&out, p.ops[i].restores ? "(" : "");
		plan_describe(&p.ops[i], &out);
		str_add(&out, p.ops[i].restores ? ")\n" : "\n");
	}
	plan_done(&p);
	desired_done(&d);
	return str_take(&out);
}

#define CHECK_PLAN(h, interfaces, want)                                                            \
	do {                                                                                       \
		autofree char *got_ = plan_of(h, interfaces);                                      \
		CHECK_STR(got_, want);                                                             \
	} while (0)

#define ETH0(members) "{\"name\":\"eth0\",\"type\":\"ethernet\",\"ipv4\":{" members "}}"

TEST(what_is_as_it_is_to_be_takes_nothing)
{
	struct host h;

	host_init(&h);
	CHECK_PLAN(&h, "{\"name\":\"eth0\",\"type\":\"ethernet\"}", "");
	add_addr(&h, 2, "10.0.0.5/24", IFA_F_PERMANENT);
	add_default(&h, 2, "10.0.0.1");
	CHECK_PLAN(
		&h,
		ETH0("\"address\":[{\"ip\":\"10.0.0.5\",\"prefix\":24}],\"gateway\":\"10.0.0.1\""),
		"");
	CHECK_PLAN(&h, ETH0("\"address\":[{\"ip\":\"10.0.0.5\",\"prefix\":24}]"), "");
}

TEST(a_bridge_from_nothing)
{
	struct host h;

	host_init(&h);
	CHECK_PLAN(&h,
		   "{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"eth1\",\"wg0\",\"nm-x\"],"
		   "\"ipv4\":"
		   "{\"address\":[{\"ip\":\"10.0.0.5\",\"prefix\":24}],\"gateway\":\"10.0.0.1\"}}",
		   "create bridge br0\n"
		   "add port eth1 to br0\n"
		   "bring up eth1\n"
		   "bring up br0\n"
		   "add address 10.0.0.5/24 to br0\n"
		   "add default route via 10.0.0.1 on br0\n");
}

TEST(an_address_that_goes_takes_the_route_and_its_neighbours_along)
{
	struct host h;

	host_init(&h);
	add_addr(&h, 2, "10.0.0.5/24", IFA_F_PERMANENT);
	add_addr(&h, 2, "10.0.0.6/24", IFA_F_PERMANENT | IFA_F_SECONDARY);
	add_addr(&h, 2, "10.0.0.99/24", 0); /* a DHCP client's */
	add_addr(&h, 3, "10.0.0.5/24", IFA_F_PERMANENT);
	add_default(&h, 2, "10.0.0.1");
	CHECK_PLAN(&h, ETH0("\"address\":[{\"ip\":\"10.0.0.6\",\"prefix\":24}]"),
		   "(remove default route via 10.0.0.1 from eth0)\n"
		   "remove address 10.0.0.5/24 from eth0\n"
		   "(add address 10.0.0.6/24 to eth0)\n"
		   "(add default route via 10.0.0.1 on eth0)\n");
	CHECK_PLAN(&h, ETH0("\"address\":[{\"ip\":\"10.9.0.6\",\"prefix\":24}]"),
		   "remove default route via 10.0.0.1 from eth0\n"
		   "remove address 10.0.0.5/24 from eth0\n"
		   "remove address 10.0.0.6/24 from eth0\n"
		   "add address 10.9.0.6/24 to eth0\n");
	CHECK_PLAN(&h, ETH0("\"enabled\":false"),
		   "remove default route via 10.0.0.1 from eth0\n"
		   "remove address 10.0.0.5/24 from eth0\n"
		   "remove address 10.0.0.6/24 from eth0\n");
}

TEST(another_gateway)
{
	struct host h;

	host_init(&h);
	add_addr(&h, 2, "10.0.0.5/24", IFA_F_PERMANENT);
	add_default(&h, 2, "10.0.0.1");
	CHECK_PLAN(
		&h,
		ETH0("\"address\":[{\"ip\":\"10.0.0.5\",\"prefix\":24}],\"gateway\":\"10.0.0.2\""),
		"remove default route via 10.0.0.1 from eth0\n"
		"add default route via 10.0.0.2 on eth0\n");
}

TEST(dhcp_starts_once_and_ends_for_static_addresses)
{
	struct host h;

	host_init(&h);
	CHECK_PLAN(&h, ETH0("\"dhcp\":true"), "start DHCP on eth0\n");
	strv_push(&h.o.dhcp, "eth0");
	CHECK_PLAN(&h, ETH0("\"dhcp\":true"), "");
	CHECK_PLAN(&h, ETH0("\"enabled\":true"), "");
	CHECK_PLAN(&h, ETH0("\"address\":[{\"ip\":\"10.0.0.5\",\"prefix\":24}]"),
		   "stop DHCP on eth0\nadd address 10.0.0.5/24 to eth0\n");
	strv_free(h.o.dhcp);
}

TEST(open_vswitch)
{
	struct ovs_port ports[] = { { .name = (char *)"eth1" } };
	struct ovs_bridge bridges[] = {
		{ .name = (char *)"ovsbr9", .ports = ports, .n_ports = 1 }
	};
	struct host h;

	host_init(&h);
	CHECK_PLAN(&h,
		   "{\"name\":\"ovsbr0\",\"type\":\"ovs-bridge\",\"ports\":[\"eth1\",\"int1\"]},"
		   "{\"name\":\"int1\",\"type\":\"ovs-port\"}",
		   "create OVS bridge ovsbr0\n"
		   "add OVS port eth1 to ovsbr0\n"
		   "add OVS port int1 to ovsbr0\n"
		   "bring up eth1\n"
		   "bring up ovsbr0\n"
		   "bring up int1\n");
	CHECK_PLAN(&h, "{\"name\":\"int1\",\"type\":\"ovs-port\"}",
		   "OVS port \"int1\": no OVS bridge lists it");
	h.o.ovs.bridges = bridges;
	h.o.ovs.n_bridges = 1;
	CHECK_PLAN(&h, "{\"name\":\"ovsbr9\",\"type\":\"ovs-bridge\",\"ports\":[\"eth1\"]}",
		   "bring up eth1\nbring up ovsbr9\n");
	CHECK_PLAN(&h, "{\"name\":\"ovsbr0\",\"type\":\"ovs-bridge\",\"ports\":[\"eth1\"]}",
		   "interface \"eth1\": is a port of ovsbr9");
}

TEST(what_cannot_be)
{
	struct host h;

	host_init(&h);
	add_link(&h, 4, "br9", "bridge", IFF_UP);
	h.links[2].master = 4;
	CHECK_PLAN(&h, "{\"name\":\"eth7\",\"type\":\"ethernet\"}",
		   "interface \"eth7\": does not exist");
	CHECK_PLAN(&h, "{\"name\":\"eth0\",\"type\":\"bridge\"}",
		   "interface \"eth0\": is there, but is no bridge");
	CHECK_PLAN(&h, "{\"name\":\"eth0\",\"type\":\"ovs-bridge\"}",
		   "interface \"eth0\": is there, but is no OVS bridge");
	CHECK_PLAN(&h, "{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"eth7\"]}",
		   "interface \"eth7\": does not exist");
	CHECK_PLAN(&h, "{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"lo\"]}",
		   "interface \"lo\": is the loopback");
	CHECK_PLAN(&h, "{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"eth1\"]}",
		   "interface \"eth1\": is a port of br9");
	/* One that is made by the same document may be a port. */
	CHECK_PLAN(&h,
		   "{\"name\":\"br0\",\"type\":\"bridge\",\"ports\":[\"br1\"]},"
		   "{\"name\":\"br1\",\"type\":\"bridge\"}",
		   "create bridge br0\ncreate bridge br1\nadd port br1 to br0\n"
		   "bring up br0\nbring up br1\n");
}

/* Undoing what was undone is the operation itself. */
TEST(inverses)
{
	for (int kind = 0; kind < PLAN_KINDS; kind++) {
		struct plan_op op = { .kind = kind, .name = "x", .metric = 7 }, once, twice;

		CHECK(plan_inverse(&op, &once) && plan_inverse(&once, &twice));
		CHECK(once.kind != op.kind);
		CHECK_INT(twice.kind, op.kind);
		CHECK_INT(once.metric, 7);
	}
}

TEST_MAIN
