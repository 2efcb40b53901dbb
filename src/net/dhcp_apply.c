/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_apply.h"

#include "net/addr.h"

#include <errno.h>

static void ignore(struct str *ignored, const char *what, const struct err *why)
{
	str_addf(ignored, "%s%s: %s", ignored->len ? "; " : "", what, why->text);
}

int dhcp_apply_check(struct nl *nl, const struct link *link, struct dhcp_config *c,
		     struct str *ignored, struct err *e)
{
	const struct route_filter filter = { .family = AF_INET, .table = RT_TABLE_MAIN };
	autofree struct route *routes = NULL;
	size_t n = 0;
	int r = route_list(nl, &filter, &routes, &n, e);

	return r < 0 ? r : dhcp_config_fit(c, link->index, routes, n, ignored, e);
}

/* The old ones first: a second address of a subnet goes with the first. */
static int set_address(struct nl *nl, const struct link *link, const struct dhcp_config *c,
		       struct err *e)
{
	const struct addr_options o = {
		.valid_s = c->lease_s,
		.preferred_s = c->lease_s,
		.replace = true,
	};
	autofree struct addr *addresses = NULL;
	size_t n = 0;
	int r = addr_list(nl, link->index, AF_INET, &addresses, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (!ip_equal(&addresses[i].ip, &c->address)) {
			r = addr_del(nl, link->index, &addresses[i].ip, e);
			if (r == -EADDRNOTAVAIL)
				r = 0; /* it went with another one */
		}
	return r == 0 ? addr_add(nl, link->index, &c->address, &o, e) : r;
}

static void set_mtu(struct nl *nl, const struct link *link, const struct dhcp_config *c,
		    struct str *ignored)
{
	struct err why = { 0 };

	if (c->mtu && c->mtu != link->mtu && link_set_mtu(nl, link->index, c->mtu, &why) < 0)
		ignore(ignored, "mtu", &why);
}

/* Everything that is wanted; the default route last, whose gateway a route may lead to. */
static size_t wanted_routes(const struct link *link, const struct dhcp_apply *how,
			    const struct dhcp_config *c, struct route *out)
{
	const struct route common = {
		.index = link->index,
		.metric = how->metric,
		.protocol = RTPROT_DHCP,
	};
	size_t n = 0;

	for (; n < c->n_routes; n++) {
		out[n] = common;
		out[n].dst = c->routes[n].dst;
		out[n].gateway = c->routes[n].gateway;
	}
	if (!how->no_default && ip_is_set(&c->gateway)) {
		out[n] = common;
		out[n].dst = (struct ip){ .family = AF_INET };
		out[n].gateway = c->gateway;
		n++;
	}
	return n;
}

static bool is_wanted(const struct route *r, const struct route *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ip_equal(&r->dst, &wanted[i].dst) && r->metric == wanted[i].metric &&
		    ip_same_address(&r->gateway, &wanted[i].gateway))
			return true;
	return false;
}

/* What the link has of an earlier lease. */
static int remove_others(struct nl *nl, const struct route *have, size_t n_have,
			 const struct route *wanted, size_t n_wanted, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_have; i++)
		if (have[i].protocol == RTPROT_DHCP && !is_wanted(&have[i], wanted, n_wanted)) {
			r = route_del(nl, &have[i], e);
			if (r == -ESRCH)
				r = 0;
		}
	return r;
}

/* The same metric to the same place is somebody else's route, which is not for a server to replace.
 */
static int add_route(struct nl *nl, const struct route *wanted, const struct route *have,
		     size_t n_have, struct str *ignored, struct err *e)
{
	struct err why = { 0 };
	int r = is_wanted(wanted, have, n_have) ? 0 : route_add(nl, wanted, ROUTE_ALONE, &why);

	if (r == -EEXIST) {
		(void)err_msg(&why, EEXIST, "somebody else's has metric %u, too", wanted->metric);
		ignore(ignored, wanted->dst.prefix ? "route" : "default route", &why);
		return 0;
	}
	return r < 0 ? err_msg(e, why.num, "%s", why.text) : 0;
}

static int set_routes(struct nl *nl, const struct link *link, const struct dhcp_apply *how,
		      const struct dhcp_config *c, struct str *ignored, struct err *e)
{
	const struct route_filter filter = {
		.family = AF_INET,
		.index = link->index,
		.table = RT_TABLE_MAIN,
	};
	struct route wanted[DHCP_ROUTES_MAX + 1];
	size_t n = wanted_routes(link, how, c, wanted), n_have = 0;
	autofree struct route *have = NULL;
	int r = route_list(nl, &filter, &have, &n_have, e);

	if (r == 0)
		r = remove_others(nl, have, n_have, wanted, n, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_route(nl, &wanted[i], have, n_have, ignored, e);
	return r;
}

int dhcp_apply(struct nl *nl, const struct link *link, const struct dhcp_apply *how,
	       const struct dhcp_config *c, struct str *ignored, struct err *e)
{
	int r = 0;

	set_mtu(nl, link, c, ignored);
	if (!(link->flags & IFF_UP))
		r = link_set_up(nl, link->index, true, e);
	if (r == 0)
		r = set_address(nl, link, c, e);
	return r == 0 ? set_routes(nl, link, how, c, ignored, e) : r;
}

int dhcp_apply_nothing(struct nl *nl, const struct link *link, struct err *e)
{
	int r = addr_flush(nl, link->index, AF_INET, e);

	return r == 0 && !(link->flags & IFF_UP) ? link_set_up(nl, link->index, true, e) : r;
}
