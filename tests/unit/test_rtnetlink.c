/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rtnetlink.h"
#include "core/strv.h"
#include "engine/netdev.h"
#include "test.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <unistd.h>

TEST(a_request_reads_back)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = 7 };
	const struct ifinfomsg *got;
	struct rtnl_request r;

	rtnl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	rtnl_put_text(&r, IFLA_IFNAME, "eth0");
	rtnl_put_u32(&r, IFLA_MTU, 1400);
	CHECK(!r.overflow);
	CHECK_INT(r.header.nlmsg_len, NLMSG_HDRLEN + sizeof(body) + 12 + 8);
	CHECK_INT(r.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	got = rtnl_body(&r.header, sizeof(*got));
	CHECK(got && got->ifi_index == 7);
	CHECK_STR(rtnl_text(rtnl_find(&r.header, sizeof(body), IFLA_IFNAME)), "eth0");
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(body), IFLA_MTU)), 1400);
	CHECK(!rtnl_find(&r.header, sizeof(body), IFLA_MASTER));
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(body), IFLA_IFNAME)), 0);
	CHECK(!rtnl_body(&r.header, 1000));
}

TEST(a_dump_asks_for_no_acknowledgement)
{
	const struct ifaddrmsg body = { 0 };
	struct rtnl_request r;

	rtnl_begin(&r, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
	CHECK_INT(r.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

TEST(what_does_not_fit_is_refused)
{
	static const char much[RTNL_REQUEST_MAX];
	struct rtnl_request r;
	struct err e = { 0 };

	rtnl_begin(&r, RTM_NEWLINK, 0, NULL, 0);
	rtnl_put(&r, IFLA_IFALIAS, much, sizeof(much));
	CHECK(r.overflow);
	CHECK_INT(rtnl_talk(-1, &r, NULL, NULL, &e), -EMSGSIZE);
	rtnl_begin(&r, RTM_NEWLINK, 0, NULL, 0);
	for (size_t i = 0; i < RTNL_REQUEST_MAX; i++)
		rtnl_put_u32(&r, IFLA_MTU, 1);
	CHECK(r.overflow);
	CHECK(r.header.nlmsg_len <= RTNL_REQUEST_MAX);
}

/* An NLMSG_ERROR as the kernel sends it: the error, the request's header, perhaps a text. */
static struct nlmsghdr *error_message(struct rtnl_request *r, int error, const char *text)
{
	const struct nlmsgerr body = { .error = error, .msg = { .nlmsg_len = 32 } };

	rtnl_begin(r, NLMSG_ERROR, 0, &body, sizeof(body));
	r->header.nlmsg_flags = 0x100; /* NLM_F_CAPPED */
	if (text) {
		r->header.nlmsg_flags |= 0x200; /* NLM_F_ACK_TLVS */
		rtnl_put_text(r, NLMSGERR_ATTR_MSG, text);
	}
	return &r->header;
}

TEST(errors_and_the_kernel_s_words)
{
	struct rtnl_request r;
	struct err e = { 0 };

	CHECK_INT(rtnl_error(error_message(&r, 0, NULL), &e), 0);
	CHECK_INT(rtnl_error(error_message(&r, -ENODEV, NULL), &e), -ENODEV);
	CHECK_STR(e.text, "no such device");
	CHECK_INT(rtnl_error(error_message(&r, -EINVAL, "The netns is immutable"), &e), -EINVAL);
	CHECK_STR(e.text, "The netns is immutable: invalid argument");
	CHECK_INT(rtnl_error(error_message(&r, 5, NULL), &e), -EBADMSG);
	r.header.nlmsg_len = NLMSG_HDRLEN + 3;
	CHECK_INT(rtnl_error(&r.header, &e), -EBADMSG);
}

TEST(a_malformed_rest_ends_the_reading)
{
	struct rtnl_request r;
	struct rtnl_reader in = { r.bytes, 0 };

	rtnl_begin(&r, RTM_NEWLINK, 0, NULL, 0);
	in.len = 8;
	CHECK(!rtnl_next_message(&in));
	in.len = NLMSG_HDRLEN;
	r.header.nlmsg_len = NLMSG_HDRLEN + 1;
	CHECK(!rtnl_next_message(&in));
	r.header.nlmsg_len = 0;
	CHECK(!rtnl_next_message(&in));
	r.header.nlmsg_len = NLMSG_HDRLEN;
	CHECK(rtnl_next_message(&in) == &r.header);
	CHECK_INT(in.len, 0);
	CHECK_INT(rtnl_attributes(&r.header, 100).len, 0);
}

static int count(const struct nlmsghdr *m, void *data, struct err *e)
{
	(void)e;
	*(int *)data += m->nlmsg_type == RTM_NEWLINK;
	return 0;
}

TEST(the_kernel_answers)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	autofd int sock = rtnl_open(NULL);
	struct rtnl_request r;
	struct err e = { 0 };
	int n = 0;

	CHECK(sock >= 0);
	rtnl_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	rtnl_put_text(&r, IFLA_IFNAME, "lo");
	CHECK_INT(rtnl_talk(sock, &r, count, &n, &e), 0);
	CHECK_INT(n, 1);
	rtnl_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	rtnl_put_text(&r, IFLA_IFNAME, "no-such-device");
	CHECK_INT(rtnl_talk(sock, &r, count, &n, &e), -ENODEV);
	n = 0;
	rtnl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &body, sizeof(body));
	CHECK_INT(rtnl_talk(sock, &r, count, &n, &e), 0);
	CHECK(n > 0);
}

static int refuse(const struct nlmsghdr *m, void *data, struct err *e)
{
	(void)m;
	(void)data;
	return err_msg(e, E2BIG, "too many");
}

TEST(a_reader_that_gives_up_leaves_the_socket_usable)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	autofd int sock = rtnl_open(NULL);
	struct rtnl_request r;
	struct err e = { 0 };
	int n = 0;

	rtnl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &body, sizeof(body));
	CHECK_INT(rtnl_talk(sock, &r, refuse, NULL, &e), -E2BIG);
	CHECK_STR(e.text, "too many");
	rtnl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &body, sizeof(body));
	CHECK_INT(rtnl_talk(sock, &r, count, &n, &e), 0);
	CHECK(n > 0);
}

static struct nlmsghdr *address(struct rtnl_request *r, unsigned char scope, uint32_t flags)
{
	const struct ifaddrmsg body = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_scope = scope,
		.ifa_index = 3,
		.ifa_flags = (unsigned char)flags,
	};

	rtnl_begin(r, RTM_NEWADDR, 0, &body, sizeof(body));
	rtnl_put_u32(r, IFA_LOCAL, 0x0a010203);
	rtnl_put_text(r, IFA_LABEL, "eth0:x");
	rtnl_put_u32(r, IFA_FLAGS, flags);
	return &r->header;
}

TEST(permanent_global_addresses_go_with_the_device)
{
	struct rtnl_request r;

	CHECK(replay_is_portable(address(&r, RT_SCOPE_UNIVERSE, IFA_F_PERMANENT)));
	CHECK(!replay_is_portable(address(&r, RT_SCOPE_UNIVERSE, 0)));
	CHECK(!replay_is_portable(address(&r, RT_SCOPE_LINK, IFA_F_PERMANENT)));
}

TEST(an_address_is_made_again_at_another_index)
{
	const uint32_t flags = IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE | IFA_F_TENTATIVE;
	struct rtnl_request old, r;
	const struct ifaddrmsg *body;

	replay_address_request(address(&old, RT_SCOPE_UNIVERSE, flags), 9, false, &r);
	body = rtnl_body(&r.header, sizeof(*body));
	CHECK_INT(r.header.nlmsg_type, RTM_NEWADDR);
	CHECK_INT(body->ifa_index, 9);
	CHECK_INT(body->ifa_prefixlen, 24);
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(*body), IFA_LOCAL)), 0x0a010203);
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(*body), IFA_FLAGS)), IFA_F_NOPREFIXROUTE);
	CHECK(!rtnl_find(&r.header, sizeof(*body), IFA_LABEL));
	replay_address_request(&old.header, 9, true, &r);
	CHECK_STR(rtnl_text(rtnl_find(&r.header, sizeof(*body), IFA_LABEL)), "eth0:x");
}

TEST(a_route_is_made_again_at_another_index)
{
	const struct rtmsg rt = { .rtm_family = AF_INET, .rtm_flags = RTNH_F_LINKDOWN };
	struct rtnl_request old, r;

	rtnl_begin(&old, RTM_NEWROUTE, 0, &rt, sizeof(rt));
	rtnl_put_u32(&old, RTA_OIF, 3);
	rtnl_put_u32(&old, RTA_GATEWAY, 0x0a010201);
	replay_route_request(&old.header, 9, &r);
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(rt), RTA_OIF)), 9);
	CHECK_INT(rtnl_u32(rtnl_find(&r.header, sizeof(rt), RTA_GATEWAY)), 0x0a010201);
	CHECK_INT(((const struct rtmsg *)rtnl_body(&r.header, sizeof(rt)))->rtm_flags, 0);
}

TEST(names_from_templates)
{
	static const struct {
		const char *want, *used, *name;
	} cases[] = {
		{ "eth0", "lo", "eth0" },
		{ "eth%d", "lo", "eth0" },
		{ "eth%d", "lo,eth0,eth1,eth3", "eth2" },
		{ "%dx", "0x", "1x" },
		{ "e%dx", "", "e0x" },
		{ "thirteenchar%d", "thirteenchar0", "thirteenchar1" },
		{ "fourteen-chars%d", "", "fourteen-chars0" },
		{ "fifteen-chars-x%d", "", NULL },
		{ "eth%d%d", "", NULL },
		{ "eth%s", "", NULL },
		{ "eth%", "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autostrv char **used = strv_split(cases[i].used, ',');
		char name[IFNAMSIZ] = "";
		int r = netdev_fill_template(cases[i].want, used, name, NULL);

		CHECK_INT(r, cases[i].name ? 0 : -EINVAL);
		CHECK_STR(name, cases[i].name ? cases[i].name : "");
	}
}

TEST_MAIN
