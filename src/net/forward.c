/* SPDX-License-Identifier: Apache-2.0 */
#include "net/forward.h"

#include "core/procfs.h"
#include "net/link.h"
#include "net/route.h"

#include <errno.h>
#include <sys/socket.h>

#define VALUE_MAX 64

static bool has_value(const struct str *now, const char *value)
{
	size_t n = strlen(value);

	return now->len >= n && memcmp(now->p, value, n) == 0 &&
	       (now->len == n || now->p[n] == '\n');
}

static int set_at(int proc, const char *name, const char *value, struct err *e)
{
	autofree char *path = xasprintf("sys/net/%s", name);
	autostr now = { 0 };
	int r = procfs_read(proc, path, VALUE_MAX, &now, e);

	if (r == 0 && has_value(&now, value))
		return 0;
	if (r == 0)
		r = procfs_write(proc, path, value, strlen(value), e);
	return r < 0 ? r : 1;
}

int forward_set(const char *name, const char *value, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : set_at(proc, name, value, e);
}

int forward_interface(int family, const char *ifname, const char *key, const char *value,
		      struct err *e)
{
	autofree char *name =
		xasprintf("%s/conf/%s/%s", family == AF_INET6 ? "ipv6" : "ipv4", ifname, key);

	return forward_set(name, value, e);
}

/* The interfaces that the host has routes over which a router told it of go on to listen to that
 * router. No others: a container is not to become the host's router. */
static int keep_advertisements(int proc, struct err *e)
{
	struct route_filter filter = { .family = AF_INET6 };
	autofree struct route *routes = NULL;
	autonl *nl = NULL;
	struct link link;
	size_t n = 0;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = route_list(nl, &filter, &routes, &n, e);
	for (size_t i = 0; i < n && r == 0; i++) {
		autofree char *name = NULL;

		/* one that is just going away does not matter */
		if (routes[i].protocol != RTPROT_RA ||
		    link_get_index(nl, routes[i].index, &link, NULL) < 0)
			continue;
		name = xasprintf("ipv6/conf/%s/accept_ra", link.name);
		(void)set_at(proc, name, "2", NULL);
	}
	return r;
}

int forward_enable(int family, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	autostr now = { 0 };
	int r;

	if (proc < 0)
		return proc;
	if (family == AF_INET)
		return set_at(proc, "ipv4/ip_forward", "1", e);
	r = procfs_read(proc, "sys/net/ipv6/conf/all/forwarding", VALUE_MAX, &now, e);
	if (r < 0 || has_value(&now, "1"))
		return r;
	r = keep_advertisements(proc, e);
	if (r == 0)
		r = set_at(proc, "ipv6/conf/all/forwarding", "1", e);
	return r;
}
