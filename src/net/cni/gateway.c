/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/gateway.h"

#include "net/addr.h"
#include "net/forward.h"

#include <errno.h>

int cni_addresses(const struct cni_result *r, struct ip **out, size_t *n, struct err *e)
{
	autofree struct ip *list = xcalloc(r->n_ips + 1, sizeof(*list));

	for (size_t i = 0; i < r->n_ips; i++)
		if (ip_parse(r->ips[i].address, "address", &list[i], e) < 0)
			return -EINVAL;
	*out = TAKE(list);
	*n = r->n_ips;
	return 0;
}

/* With the subnet's prefix length. */
static int gateway_of(const struct cni_ip *ip, struct ip *out, struct err *e)
{
	struct ip a, net;
	int r = ip_parse(ip->address, "address", &a, e);

	if (r < 0)
		return r;
	net = ip_network(&a);
	*out = ip_add(&net, 1);
	if (ip->gateway && *ip->gateway)
		r = ip_parse_address(ip->gateway, "gateway", out, e);
	out->prefix = a.prefix;
	return r;
}

static bool has_route(const struct cni_result *r, const char *dst)
{
	for (size_t i = 0; i < r->n_routes; i++)
		if (str_eq(r->routes[i].dst, dst))
			return true;
	return false;
}

int cni_gateway_plan(struct cni *c, struct err *e)
{
	struct cni_result *res = &c->result;
	char text[IP_TEXT_MAX];
	struct ip gw;

	for (size_t i = 0; i < res->n_ips; i++) {
		struct cni_ip *ip = &res->ips[i];
		const char *all = strchr(ip->address, ':') ? "::/0" : "0.0.0.0/0";

		if (gateway_of(ip, &gw, e) < 0)
			return -EINVAL;
		if (!ip->gateway || !*ip->gateway) {
			free(ip->gateway);
			ip->gateway = xstrdup(ip_format_address(&gw, text));
		}
		if (c->conf.is_default_gateway && !has_route(res, all))
			cni_result_add_route(res, all, ip->gateway);
	}
	return 0;
}

/* Returns 1 when the address is there already. */
static int make_room(struct cni *c, int index, const struct ip *gw, struct err *e)
{
	autofree struct addr *list = NULL;
	char text[IP_TEXT_MAX], other[IP_TEXT_MAX];
	size_t n = 0;
	int r = addr_list(c->host, index, gw->family, &list, &n, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		if (ip_equal(&list[i].ip, gw))
			return 1;
		if (ip_is_link_local(&list[i].ip) || !ip_overlaps(&list[i].ip, gw))
			continue;
		if (!c->conf.force_address)
			return err_msg(e, EEXIST,
				       "the bridge has the address %s, not %s (see forceAddress)",
				       ip_format(&list[i].ip, other), ip_format(gw, text));
		r = addr_del(c->host, index, &list[i].ip, e);
	}
	return r;
}

int cni_gateway_assign(struct cni *c, int index, struct err *e)
{
	static const struct addr_options options = { .replace = true, .no_dad = true };

	for (size_t i = 0; i < c->result.n_ips; i++) {
		struct ip gw;
		int r = gateway_of(&c->result.ips[i], &gw, e);

		if (r == 0)
			r = make_room(c, index, &gw, e);
		if (r == 0)
			r = addr_add(c->host, index, &gw, &options, e);
		if (r >= 0)
			r = forward_enable(gw.family, e);
		if (r < 0)
			return r;
	}
	return 0;
}
