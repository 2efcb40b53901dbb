/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_floor - only the kernel's calls that it takes to attach an interface, and to detach it.
 *
 *	net_floor [-t] [-v VARIANT]... ROW NETNS
 *	net_floor [-t] ovs SOCKET
 *
 * ROW is macvlan (a child of eth0) or bridge (a veth pair, one end a port of br0). In the namespace
 * at NETNS the interface is called eth0, has 10.77.0.2/16, is up, and the default route goes over
 * it; then it is deleted. All of that in one process with as few requests as the kernel lets one do
 * it with: no options, no checks, no records, no locks, no clean-up. It is a ruler for the benchmark.
 *
 * ovs adds port0 to the bridge ovsbr0 of the database at SOCKET, with the tag 7, and removes it: two
 * transactions, each until ovs-vswitchd says that it has done it.
 *
 * -t prints what each request cost in microseconds. -v does something otherwise:
 *
 *	down	take it down before it is deleted
 *	bare	neither address nor route
 *	quiet	never up
 *	by-peer	delete the pair by its end inside
 *	notice	stop the clock of the deletion when the kernel announces it, not when it is done
 *	two	a second interface, each deleted by itself
 *	group	a second interface, both deleted by one request for their group
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GROUP 77

static const char *const variants[] = { "down", "bare", "quiet", "by-peer", "notice", "two", "group" };
enum { DOWN, BARE, QUIET, BY_PEER, NOTICE, TWO, AS_GROUP };
static bool is[7], timing;

static struct request {
	struct nlmsghdr h;
	char bytes[1024];
} rq;

static void die(const char *what)
{
	fprintf(stderr, "net_floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* ---- requests ---- */

static void *append(const void *data, size_t len)
{
	void *at = (char *)&rq + rq.h.nlmsg_len;

	if (len)
		memcpy(at, data, len);
	rq.h.nlmsg_len += NLMSG_ALIGN(len);
	return at;
}

static void begin(int type, int flags, const void *body, size_t len)
{
	memset(&rq, 0, sizeof(rq));
	rq.h = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN,
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags };
	append(body, len);
}

static struct rtattr *put(int type, const void *data, size_t len)
{
	struct rtattr a = { .rta_len = RTA_LENGTH(len), .rta_type = type };
	struct rtattr *at = append(&a, sizeof(a));

	append(data, len);
	return at;
}

static void put_u32(int type, uint32_t v) { put(type, &v, sizeof(v)); }
static void put_text(int type, const char *s) { put(type, s, strlen(s) + 1); }

static void end(struct rtattr *nest)
{
	nest->rta_len = (char *)&rq + rq.h.nlmsg_len - (char *)nest;
}

static void talk(int sock, const char *what)
{
	long long start = now_us();
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[2048];
	} answer;

	if (send(sock, &rq, rq.h.nlmsg_len, 0) < 0)
		die(what);
	do
		if (recv(sock, &answer, sizeof(answer), 0) < 0)
			die(what);
	while (answer.h.nlmsg_type != NLMSG_ERROR);
	errno = -answer.e.error;
	if (errno)
		die(what);
	if (timing)
		printf("%s %lld\n", what, now_us() - start);
}

static int open_socket(unsigned groups)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (sock < 0 || (groups && bind(sock, (struct sockaddr *)&a, sizeof(a)) < 0))
		die("socket");
	return sock;
}

static int index_of(const char *name)
{
	int index = if_nametoindex(name);

	if (!index)
		die(name);
	return index;
}

/* ---- the steps ---- */

static void make(int host, int netns, const char *row, const char *inner, const char *outer)
{
	unsigned up = is[QUIET] ? 0 : IFF_UP;
	struct ifinfomsg link = { .ifi_flags = up, .ifi_change = up }, none = { 0 };
	bool is_veth = !strcmp(row, "bridge");
	struct rtattr *info, *data, *peer;

	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
	put_text(IFLA_IFNAME, is_veth ? outer : inner);
	if (is[AS_GROUP])
		put_u32(IFLA_GROUP, GROUP);
	if (is_veth) {
		put_u32(IFLA_MASTER, index_of("br0"));
	} else {
		put_u32(IFLA_LINK, index_of("eth0"));
		put_u32(IFLA_NET_NS_FD, netns);
	}
	info = put(IFLA_LINKINFO, NULL, 0);
	put_text(IFLA_INFO_KIND, is_veth ? "veth" : "macvlan");
	data = put(IFLA_INFO_DATA, NULL, 0);
	if (is_veth) {
		peer = put(VETH_INFO_PEER, NULL, 0);
		append(&none, sizeof(none));
		put_text(IFLA_IFNAME, inner);
		put_u32(IFLA_NET_NS_FD, netns);
		end(peer);
	} else {
		put_u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
	}
	end(data);
	end(info);
	talk(host, "make");
}

static void set_up(int sock, int index, bool up, const char *what)
{
	struct ifinfomsg link = { .ifi_index = index, .ifi_flags = up, .ifi_change = IFF_UP };

	begin(RTM_NEWLINK, 0, &link, sizeof(link));
	talk(sock, what);
}

static void configure(int inside, int index, const char *address)
{
	struct ifaddrmsg a = { .ifa_family = AF_INET, .ifa_prefixlen = 16, .ifa_index = index };
	struct rtmsg r = { .rtm_family = AF_INET,
			   .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_type = RTN_UNICAST };
	struct in_addr ip, gw;

	inet_pton(AF_INET, address, &ip);
	inet_pton(AF_INET, "10.77.0.1", &gw);
	begin(RTM_NEWADDR, NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, &ip, sizeof(ip));
	put(IFA_ADDRESS, &ip, sizeof(ip));
	talk(inside, "address");
	begin(RTM_NEWROUTE, NLM_F_CREATE, &r, sizeof(r));
	put(RTA_GATEWAY, &gw, sizeof(gw));
	put_u32(RTA_OIF, index);
	talk(inside, "route");
}

static void begin_delete(int index)
{
	struct ifinfomsg link = { .ifi_index = index };

	begin(RTM_DELLINK, 0, &link, sizeof(link));
}

/* The request is made by a child, which stays as long as the kernel keeps it. */
static void delete_until_announced(int sock, int index)
{
	int news = open_socket(RTMGRP_LINK);
	long long start = now_us();
	char buf[8192];

	begin_delete(index);
	if (vfork() == 0) {
		if (fork() == 0) {
			timing = false;
			talk(sock, "delete");
		}
		_exit(0);
	}
	for (;;) {
		ssize_t n = recv(news, buf, sizeof(buf), 0);
		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		for (; n > 0 && NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
			if (h->nlmsg_type == RTM_DELLINK &&
			    ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_family == AF_UNSPEC &&
			    ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index == index) {
				if (timing)
					printf("delete %lld\n", now_us() - start);
				return;
			}
	}
}

static void remove_link(int sock, int index)
{
	if (is[DOWN])
		set_up(sock, index, false, "down");
	if (is[NOTICE]) {
		delete_until_announced(sock, index);
		return;
	}
	begin_delete(index);
	if (is[AS_GROUP]) {
		((struct ifinfomsg *)NLMSG_DATA(&rq))->ifi_index = 0;
		put_u32(IFLA_GROUP, GROUP);
	}
	talk(sock, "delete");
}

/* ---- Open vSwitch ---- */

static char text[65536];
static size_t text_len;

static void say(int sock, const char *message)
{
	if (write(sock, message, strlen(message)) != (ssize_t)strlen(message))
		die("write");
}

/* Reads until @what has come, and returns what is behind it. */
static const char *await(int sock, const char *what)
{
	const char *at;
	ssize_t n;

	while (!(at = strstr(text, what))) {
		n = read(sock, text + text_len, sizeof(text) - text_len - 1);
		if (n <= 0)
			die("read");
		text_len += n;
		text[text_len] = '\0';
	}
	return at + strlen(what);
}

static void transact(int sock, int id, const char *operations, char uuid[37])
{
	long long start = now_us(), configured;
	char message[2048], done[32];
	const char *at;

	snprintf(message, sizeof(message),
		 "{\"method\":\"transact\",\"id\":%d,\"params\":[\"Open_vSwitch\",%s,"
		 "{\"op\":\"mutate\",\"table\":\"Open_vSwitch\",\"where\":[],"
		 "\"mutations\":[[\"next_cfg\",\"+=\",1]]},"
		 "{\"op\":\"select\",\"table\":\"Open_vSwitch\",\"where\":[],\"columns\":[\"next_cfg\"]}]}",
		 id, operations);
	text_len = 0;
	text[0] = '\0';
	say(sock, message);
	at = await(sock, "\"rows\":[{\"next_cfg\":");
	await(sock, "}]}]");
	configured = atoll(at);
	at = strstr(text, "[\"uuid\",\"");
	if (at)
		snprintf(uuid, 37, "%s", at + strlen("[\"uuid\",\""));
	snprintf(done, sizeof(done), "\"cur_cfg\":%lld", configured);
	await(sock, done);
	if (timing)
		printf("transaction %lld\n", now_us() - start);
}

static int ovs(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char uuid[37], del[512];

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (connect(sock, (struct sockaddr *)&a, sizeof(a)) < 0)
		die(path);
	say(sock, "{\"method\":\"monitor\",\"id\":0,\"params\":[\"Open_vSwitch\",null,"
		  "{\"Open_vSwitch\":{\"columns\":[\"cur_cfg\"]}}]}");
	await(sock, "\"id\":0");
	transact(sock, 1,
		 "{\"op\":\"insert\",\"table\":\"Port\",\"uuid-name\":\"p\",\"row\":{\"name\":\"port0\","
		 "\"tag\":7,\"interfaces\":[\"named-uuid\",\"i\"]}},"
		 "{\"op\":\"insert\",\"table\":\"Interface\",\"uuid-name\":\"i\",\"row\":{\"name\":\"port0\"}},"
		 "{\"op\":\"mutate\",\"table\":\"Bridge\",\"where\":[[\"name\",\"==\",\"ovsbr0\"]],"
		 "\"mutations\":[[\"ports\",\"insert\",[\"named-uuid\",\"p\"]]]}",
		 uuid);
	snprintf(del, sizeof(del),
		 "{\"op\":\"mutate\",\"table\":\"Bridge\",\"where\":[[\"name\",\"==\",\"ovsbr0\"]],"
		 "\"mutations\":[[\"ports\",\"delete\",[\"uuid\",\"%s\"]]]}",
		 uuid);
	transact(sock, 2, del, uuid);
	return 0;
}

static void parse(int *argc, char ***argv)
{
	int c;

	while ((c = getopt(*argc, *argv, "tv:")) != -1) {
		if (c == 't')
			timing = true;
		for (size_t i = 0; c == 'v' && i < sizeof(variants) / sizeof(*variants); i++)
			is[i] |= !strcmp(optarg, variants[i]);
	}
	*argc -= optind;
	*argv += optind;
	if (*argc != 2)
		die("usage: net_floor [-t] [-v VARIANT]... ROW NETNS");
}

int main(int argc, char **argv)
{
	bool is_veth, two;
	int host, inside, own, netns, in, in2 = 0, out, out2 = 0;

	parse(&argc, &argv);
	if (!strcmp(argv[0], "ovs"))
		return ovs(argv[1]);
	is_veth = !strcmp(argv[0], "bridge");
	two = is[TWO] || is[AS_GROUP];
	host = open_socket(0);
	netns = open(argv[1], O_RDONLY | O_CLOEXEC);
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	make(host, netns, argv[0], "eth0", "veth0");
	if (two)
		make(host, netns, argv[0], "eth1", "veth1");
	out = is_veth ? index_of("veth0") : 0;
	out2 = is_veth && two ? index_of("veth1") : 0;
	if (setns(netns, CLONE_NEWNET) < 0)
		die("setns");
	inside = open_socket(0);
	in = index_of("eth0");
	in2 = two ? index_of("eth1") : 0;
	if (is_veth && !is[QUIET])
		set_up(inside, in, true, "up");
	if (!is[BARE] && !is[QUIET])
		configure(inside, in, "10.77.0.2");
	if (is_veth && !is[BY_PEER]) {
		setns(own, CLONE_NEWNET);
		remove_link(host, out);
		if (is[TWO])
			remove_link(host, out2);
		return 0;
	}
	remove_link(inside, in);
	if (is[TWO])
		remove_link(inside, in2);
	return 0;
}
