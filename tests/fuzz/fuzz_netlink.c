/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as the kernel sends them. Nothing is read outside of them, and names are terminated. */
#include "core/rtnetlink.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_message(const struct nlmsghdr *m)
{
	char text[IP_TEXT_MAX];
	struct route route;
	struct neigh neigh;
	struct addr addr;
	struct link link;

	if (link_read(m, &link))
		require(link.index > 0 && link.name[0] && strlen(link.name) < sizeof(link.name) &&
			strlen(link.kind) < sizeof(link.kind) &&
			strlen(link.alias) < sizeof(link.alias));
	if (addr_read(m, &addr))
		require(ip_is_set(&addr.ip) && *ip_format(&addr.ip, text));
	if (route_read(m, &route))
		require(ip_is_set(&route.dst) && route.dst.prefix <= ip_bits(&route.dst));
	if (neigh_read(m, &neigh))
		require(ip_is_set(&neigh.ip));
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
		check_message(m);
	return 0;
}
