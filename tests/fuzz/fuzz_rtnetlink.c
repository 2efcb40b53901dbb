/* SPDX-License-Identifier: Apache-2.0 */
/* What came from a netlink socket. Nothing is read outside of it, and what is kept of an address or
 * route makes a request that fits. */
#include "engine/netdev_replay.h"

#include <linux/if_addr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_error(const struct nlmsghdr *m)
{
	struct err e = { 0 };
	int r = rtnl_error(m, &e);

	require(r <= 0 && r >= -4095 && (r == 0 || e.text[0]));
}

static void check_request(const struct rtnl_request *r, uint16_t type)
{
	require(r->header.nlmsg_type == type && r->header.nlmsg_len <= RTNL_REQUEST_MAX);
}

static void check_replay(const struct nlmsghdr *m)
{
	struct rtnl_request r;

	(void)replay_is_portable(m);
	if (rtnl_body(m, sizeof(struct ifaddrmsg))) {
		replay_address_request(m, 1, true, &r);
		check_request(&r, RTM_NEWADDR);
		replay_address_request(m, 1, false, &r);
		check_request(&r, RTM_NEWADDR);
	}
	if (rtnl_body(m, sizeof(struct rtmsg))) {
		replay_route_request(m, 1, &r);
		check_request(&r, RTM_NEWROUTE);
	}
}

static void check_message(const struct nlmsghdr *m, const char *end)
{
	struct rtnl_reader in = rtnl_attributes(m, sizeof(struct ifinfomsg));
	const struct rtattr *a;

	require((const char *)m + m->nlmsg_len <= end);
	while ((a = rtnl_next_attribute(&in))) {
		require((const char *)RTA_DATA(a) + rtnl_length(a) <= end);
		require(strlen(rtnl_text(a)) <= (size_t)(end - (const char *)m));
		(void)rtnl_u32(a);
	}
	check_error(m);
	check_replay(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *copy = xmalloc(size + 1); /* aligned, as a receiver's buffer is */
	struct rtnl_reader in = { copy, size };
	const struct nlmsghdr *m;

	if (size > 1 << 16)
		return 0;
	memcpy(copy, data, size);
	while ((m = rtnl_next_message(&in)))
		check_message(m, copy + size);
	return 0;
}
