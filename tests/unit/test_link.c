/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"
#include "net/ifname.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/route.h"
#include "test.h"

#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static void begin_link(struct nl_request *r, int index)
{
	const struct ifinfomsg body = { .ifi_index = index, .ifi_flags = IFF_UP };

	nl_begin(r, RTM_NEWLINK, 0, &body, sizeof(body));
}

TEST(a_link_is_read)
{
	const struct mac mac = { { 2, 0, 0, 0, 0, 1 } };
	struct nlattr *info, *data;
	struct nl_request r;
	struct link l;

	begin_link(&r, 7);
	nl_put_text(&r, IFLA_IFNAME, "mv0");
	nl_put_u32(&r, IFLA_MTU, 1400);
	nl_put_u32(&r, IFLA_LINK, 3);
	nl_put(&r, IFLA_ADDRESS, &mac, sizeof(mac));
	info = nl_nest(&r, IFLA_LINKINFO);
	nl_put_text(&r, IFLA_INFO_KIND, "macvlan");
	data = nl_nest(&r, IFLA_INFO_DATA);
	nl_put_u32(&r, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
	nl_nest_end(&r, data);
	nl_nest_end(&r, info);
	CHECK(!r.overflow);
	CHECK(link_read(&r.header, &l));
	CHECK_INT(l.index, 7);
	CHECK_STR(l.name, "mv0");
	CHECK_STR(l.kind, "macvlan");
	CHECK_STR(names_get(macvlan_mode_names, l.mode), "bridge");
	CHECK_INT(l.parent, 3);
	CHECK_INT(l.parent_nsid, -1);
	CHECK_INT(l.mtu, 1400);
	CHECK(l.has_mac && mac_equal(&l.mac, &mac));
	CHECK(l.flags & IFF_UP);
}

TEST(what_makes_no_sense_is_refused)
{
	static const char text[] = "no end";
	struct nl_request r;
	struct link l;

	begin_link(&r, 7);
	CHECK(!link_read(&r.header, &l)); /* no name */
	nl_put(&r, IFLA_IFNAME, text, 3); /* not terminated */
	CHECK(!link_read(&r.header, &l));
	nl_put_text(&r, IFLA_IFNAME, "a-name-that-is-too-long");
	CHECK(link_read(&r.header, &l));
	CHECK_STR(l.name, "a-name-that-is-");
	r.header.nlmsg_len = NLMSG_HDRLEN + 3;
	CHECK(!link_read(&r.header, &l));
	begin_link(&r, 0);
	nl_put_text(&r, IFLA_IFNAME, "x");
	CHECK(!link_read(&r.header, &l));
}

TEST(what_does_not_fit_is_refused)
{
	static const char much[NL_REQUEST_MAX];
	struct nl_request r;

	begin_link(&r, 1);
	nl_put(&r, IFLA_IFALIAS, much, sizeof(much));
	CHECK(r.overflow);
	begin_link(&r, 1);
	for (size_t i = 0; i < NL_REQUEST_MAX; i++)
		nl_nest_end(&r, nl_nest(&r, IFLA_LINKINFO));
	CHECK(r.overflow);
	CHECK(r.header.nlmsg_len <= NL_REQUEST_MAX);
	CHECK_INT(nl_talk(NULL, &r, NULL, NULL, NULL), -EMSGSIZE);
}

TEST(names_are_checked_before_anything_is_sent)
{
	struct link_new new = LINK_NEW("veth");
	struct err e = { 0 };

	new.end.name = "eth0";
	new.peer.name = "../x";
	CHECK_INT(link_create(NULL, &new, &e), -EINVAL);
	CHECK_STR(e.text, "veth's peer \"../x\": not an interface's name");
	CHECK_INT(link_rename(NULL, 1, "a b", NULL), -EINVAL);
	CHECK_INT(link_move(NULL, 1, 0, "a/b", NULL), -EINVAL);
}

TEST(names_at_birth_fit_and_differ)
{
	char a[IFNAMSIZ], b[IFNAMSIZ];

	link_birth_name("eth0", a);
	link_birth_name("eth1", b);
	CHECK_INT(ifname_check(a, "name", NULL), 0);
	CHECK(!str_eq(a, b));
}

/* Two hops, as the kernel lays them out. */
TEST(a_route_with_several_hops_shows_its_first)
{
	const struct rtmsg body = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN };
	const uint8_t gw[2][4] = { { 10, 0, 0, 1 }, { 10, 0, 1, 1 } };
	struct nl_request r;
	struct nlattr *hops;
	struct route got;
	char text[IP_TEXT_MAX];

	nl_begin(&r, RTM_NEWROUTE, 0, &body, sizeof(body));
	hops = nl_nest(&r, RTA_MULTIPATH);
	for (int i = 0; i < 2; i++) {
		const struct rtnexthop h = { .rtnh_len = sizeof(h) + 8, .rtnh_ifindex = 4 + i };

		nl_put_body(&r, &h, sizeof(h));
		nl_put(&r, RTA_GATEWAY, gw[i], sizeof(gw[i]));
	}
	nl_nest_end(&r, hops);
	CHECK(route_read(&r.header, &got));
	CHECK_INT(got.index, 4);
	CHECK_INT(got.dst.prefix, 0);
	CHECK_STR(ip_format_address(&got.gateway, text), "10.0.0.1");
}

TEST(addresses_and_neighbours)
{
	const struct ifaddrmsg a = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 3 };
	const struct ndmsg n = { .ndm_family = AF_INET, .ndm_ifindex = 3, .ndm_state = NUD_STALE };
	const uint8_t bytes[16] = { 10, 0, 0, 7 };
	struct nl_request r;
	struct neigh neigh;
	struct addr addr;
	char text[IP_TEXT_MAX];

	nl_begin(&r, RTM_NEWADDR, 0, &a, sizeof(a));
	CHECK(!addr_read(&r.header, &addr));
	nl_put(&r, IFA_LOCAL, bytes, 4);
	CHECK(addr_read(&r.header, &addr));
	CHECK_STR(ip_format(&addr.ip, text), "10.0.0.7/24");
	nl_put(&r, IFA_LOCAL, bytes, 16); /* another family's */
	CHECK(!addr_read(&r.header, &addr));
	nl_begin(&r, RTM_NEWNEIGH, 0, &n, sizeof(n));
	CHECK(!neigh_read(&r.header, &neigh));
	nl_put(&r, NDA_DST, bytes, 4);
	CHECK(neigh_read(&r.header, &neigh));
	CHECK(!neigh.has_mac);
	CHECK_STR(names_get(neigh_state_names, neigh.state), "stale");
}

/* ---- what is announced ---- */

#define LOOPBACK 1
#define TOO_MANY 2000 /* for a socket's queue */

struct flood {
	struct nl *other;
	bool is_it;
};

static bool flood(const struct nlmsghdr *m _unused_, void *data)
{
	const struct flood *f = data;

	for (int i = 0; i < TOO_MANY; i++)
		(void)link_set_alias(f->other, LOOPBACK, i % 2 ? "a" : "b", NULL);
	return f->is_it;
}

/* In a namespace of its own; what hangs is ended by the alarm. */
static int run_over(bool is_it, int want)
{
	const struct ifinfomsg body = { .ifi_index = LOOPBACK };
	struct flood f = { .is_it = is_it };
	autonl *nl = NULL;
	autonl *other = NULL;
	struct nl_request r;
	struct link l;

	(void)alarm(20);
	if (unshare(CLONE_NEWNET) < 0)
		return 77;
	if (nl_open(&nl, NULL) < 0 || nl_open(&other, NULL) < 0 ||
	    link_set_up(nl, LOOPBACK, true, NULL) < 0)
		return 1;
	f.other = other;
	nl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	nl_put(&r, IFLA_IFALIAS, "c", 1);
	if (nl_talk_until(nl, &r, RTNLGRP_LINK, flood, &f, NULL) != want)
		return 2;
	if (link_set_alias(nl, LOOPBACK, "d", NULL) < 0)
		return 3;
	return link_get_index(nl, LOOPBACK, &l, NULL) == 0 && str_eq(l.alias, "d") ? 0 : 4;
}

static int status_of(bool is_it, int want)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(run_over(is_it, want));
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

TEST(a_queue_that_ran_over_keeps_no_answer_away)
{
	int status = status_of(false, -EAGAIN);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		SKIP("cannot make namespaces");
	CHECK_INT(status, 0);
	CHECK_INT(status_of(true, 0), 0);
}

TEST_MAIN
