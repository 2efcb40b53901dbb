/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_config.h"

#include "core/num.h"
#include "core/strv.h"

#include <ctype.h>
#include <errno.h>

/* A subnet or route that is wider than any one network there is takes everything. */
#define PREFIX_MIN 8
#define LABEL_MAX 63
#define ROUTERS_MAX 8

static void ignore(struct str *ignored, const char *option, const struct err *e)
{
	str_addf(ignored, "%s%s: %s", ignored->len ? "; " : "", option, e->text);
}

static bool is_unicast(const struct ip *ip)
{
	return ip->family == AF_INET && ip->bytes[0] != 0 && ip->bytes[0] < 224 &&
	       !ip_is_loopback(ip);
}

static bool is_on_link(const struct dhcp_config *c, const struct ip *ip)
{
	struct ip host = *ip;

	host.prefix = c->address.prefix;
	return is_unicast(ip) && ip_contains(&c->address, ip) && ip_is_host_of_subnet(&host) &&
	       !ip_same_address(&c->address, ip);
}

static int parse_v4(const char *text, struct ip *out, struct err *e)
{
	struct ip ip = { 0 };
	int r = ip_parse_address(text, "address", &ip, e);

	if (r == 0 && ip.family != AF_INET)
		r = err_msg(e, EINVAL, "\"%s\": not an IPv4 address", text);
	if (r == 0)
		*out = ip;
	return r;
}

/* ---- the address: without it there is nothing ---- */

static int parse_mask(char *const *env, uint8_t *out, struct err *e)
{
	const char *text = strv_env_get(env, "mask");

	if (!text || !*text)
		text = strv_env_get(env, "subnet");
	if (!text || !*text)
		return err_msg(e, EINVAL, "the server sent no subnet mask");
	return ip_parse_prefix(text, AF_INET, "subnet mask", out, e);
}

static int parse_address(char *const *env, struct dhcp_config *c, struct err *e)
{
	const char *text = strv_env_get(env, "ip");
	char shown[IP_TEXT_MAX];
	int r;

	if (!text)
		return err_msg(e, EINVAL, "the server sent no address");
	r = parse_v4(text, &c->address, e);
	if (r == 0)
		r = parse_mask(env, &c->address.prefix, e);
	if (r < 0)
		return r;
	if (c->address.prefix < PREFIX_MIN || !is_unicast(&c->address) ||
	    !ip_is_host_of_subnet(&c->address))
		return err_msg(e, EINVAL, "%s is no address that an interface may have",
			       ip_format(&c->address, shown));
	return 0;
}

/* ---- one function per option; each leaves *c alone when it fails ---- */

typedef int option_fn(const char *text, struct dhcp_config *c, struct err *e);

static int parse_router(const char *text, struct dhcp_config *c, struct err *e)
{
	autostrv char **v = strv_split(text, ' ');
	struct ip ip;

	if (strv_len(v) > ROUTERS_MAX)
		return err_msg(e, EINVAL, "there are more than %d", ROUTERS_MAX);
	for (size_t i = 0; i < strv_len(v); i++) {
		int r = parse_v4(v[i], &ip, e);

		if (r < 0)
			return r;
		if (is_on_link(c, &ip)) {
			c->gateway = ip;
			return 0;
		}
	}
	return err_msg(e, EINVAL, "\"%s\": no host of the subnet", text);
}

static int check_route(const struct dhcp_config *c, const struct dhcp_config_route *r,
		       struct err *e)
{
	char dst[IP_TEXT_MAX], gateway[IP_TEXT_MAX];

	(void)ip_format(&r->dst, dst);
	if (ip_is_set(&r->gateway) && !is_on_link(c, &r->gateway))
		return err_msg(e, EINVAL, "route to %s: its gateway %s is no host of the subnet",
			       dst, ip_format_address(&r->gateway, gateway));
	if (r->dst.prefix == 0)
		return ip_is_set(&r->gateway) ?
			       0 :
			       err_msg(e, EINVAL, "a default route without a gateway");
	if (r->dst.prefix < PREFIX_MIN)
		return err_msg(e, EINVAL, "route to %s: takes nearly everything", dst);
	if (!is_unicast(&r->dst) || ip_is_link_local(&r->dst))
		return err_msg(e, EINVAL, "route to %s: not to be routed", dst);
	if (ip_overlaps(&r->dst, &c->address) && r->dst.prefix >= c->address.prefix)
		return err_msg(e, EINVAL, "route to %s: lies in the subnet", dst);
	return 0;
}

static int parse_route(const char *dst, const char *gateway, const struct dhcp_config *c,
		       struct dhcp_config_route *out, struct err *e)
{
	int r = ip_parse_subnet(dst, "route", &out->dst, e);

	if (r == 0)
		r = parse_v4(gateway, &out->gateway, e);
	if (r < 0)
		return r;
	if (out->dst.family != AF_INET)
		return err_msg(e, EINVAL, "route \"%s\": not IPv4", dst);
	if (ip_is_unspecified(&out->gateway))
		out->gateway = (struct ip){ 0 };
	return check_route(c, out, e);
}

/* Pairs of "NETWORK/PREFIX GATEWAY". With this option the router does not count (RFC 3442). */
static int parse_routes(const char *text, struct dhcp_config *c, struct err *e)
{
	autostrv char **v = strv_split(text, ' ');
	struct dhcp_config_route routes[DHCP_ROUTES_MAX];
	struct ip gateway = { 0 };
	size_t n = strv_len(v), n_routes = 0;

	if (n % 2 || n / 2 > DHCP_ROUTES_MAX)
		return err_msg(e, EINVAL, "not up to %d pairs of network and gateway",
			       DHCP_ROUTES_MAX);
	for (size_t i = 0; i < n; i += 2) {
		struct dhcp_config_route *route = &routes[n_routes];
		int r = parse_route(v[i], v[i + 1], c, route, e);

		if (r < 0)
			return r;
		if (route->dst.prefix > 0)
			n_routes++;
		else if (!ip_is_set(&gateway))
			gateway = route->gateway;
	}
	c->gateway = gateway;
	memcpy(c->routes, routes, n_routes * sizeof(*routes));
	c->n_routes = n_routes;
	return 0;
}

static int parse_dns(const char *text, struct dhcp_config *c, struct err *e)
{
	autostrv char **v = strv_split(text, ' ');
	struct ip dns[DHCP_DNS_MAX];
	size_t n = 0;

	/* What is too much is no more than that: resolvers use three. */
	for (; n < MIN(strv_len(v), (size_t)DHCP_DNS_MAX); n++) {
		int r = parse_v4(v[n], &dns[n], e);

		if (r < 0)
			return r;
		if (!is_unicast(&dns[n]))
			return err_msg(e, EINVAL, "\"%s\": no address of a server", v[n]);
	}
	memcpy(c->dns, dns, n * sizeof(*dns));
	c->n_dns = n;
	return 0;
}

/* A host's or domain's name, so that it can stand in a file of lines. */
static int parse_name(const char *text, char out[DHCP_NAME_MAX], struct err *e)
{
	size_t n = strlen(text), label = 0;

	if (str_eq(text, "bad"))
		return err_msg(e, EINVAL, "not a name"); /* udhcpc says so in its place */
	if (n == 0 || n >= DHCP_NAME_MAX)
		return err_msg(e, EINVAL, "not of 1 to %d characters", DHCP_NAME_MAX - 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '.' ? label == 0 : !(isascii(c) && (isalnum(c) || c == '-' || c == '_')))
			return err_msg(e, EINVAL, "\"%.100s\": not a name", text);
		if (text[i] == '-' && label == 0)
			return err_msg(e, EINVAL, "\"%.100s\": not a name", text);
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return err_msg(e, EINVAL, "a part has more than %d characters", LABEL_MAX);
	}
	memcpy(out, text, n + 1);
	return 0;
}

static int parse_domain(const char *text, struct dhcp_config *c, struct err *e)
{
	return parse_name(text, c->domain, e);
}

static int parse_hostname(const char *text, struct dhcp_config *c, struct err *e)
{
	return parse_name(text, c->hostname, e);
}

static int parse_mtu(const char *text, struct dhcp_config *c, struct err *e)
{
	uint64_t mtu = 0;
	int r = num_parse_u64(text, UINT16_MAX, "MTU", &mtu, e);

	if (r == 0 && mtu < DHCP_MTU_MIN)
		r = err_msg(e, EINVAL, "%s is less than %d", text, DHCP_MTU_MIN);
	if (r == 0)
		c->mtu = (uint32_t)mtu;
	return r;
}

static int parse_lease(const char *text, struct dhcp_config *c, struct err *e)
{
	uint64_t seconds = 0;
	int r = num_parse_u64(text, UINT32_MAX, "lease", &seconds, e);

	if (r == 0)
		c->lease_s = (uint32_t)seconds;
	return r;
}

static int parse_broadcast(const char *text, struct dhcp_config *c, struct err *e)
{
	struct ip want = ip_broadcast(&c->address), ip;
	int r = parse_v4(text, &ip, e);

	if (r == 0 && !ip_same_address(&ip, &want))
		r = err_msg(e, EINVAL, "\"%s\": not the subnet's", text);
	if (r == 0)
		c->broadcast = ip;
	return r;
}

static int parse_server(const char *text, struct dhcp_config *c, struct err *e)
{
	return parse_v4(text, &c->server, e);
}

static int parse_ntp(const char *text, struct dhcp_config *c, struct err *e)
{
	autostrv char **v = strv_split(text, ' ');

	return strv_len(v) ? parse_v4(v[0], &c->ntp, e) : 0;
}

/* Routes come after the router, whose place they take. */
static const struct {
	const char *variable;
	option_fn *parse;
} options[] = {
	{ "router", parse_router }, { "staticroutes", parse_routes }, { "dns", parse_dns },
	{ "domain", parse_domain }, { "hostname", parse_hostname },   { "mtu", parse_mtu },
	{ "lease", parse_lease },   { "broadcast", parse_broadcast }, { "serverid", parse_server },
	{ "ntpsrv", parse_ntp },
};

int dhcp_config_parse(char *const *env, struct dhcp_config *out, struct str *ignored, struct err *e)
{
	struct dhcp_config c = { 0 };
	int r = parse_address(env, &c, e);

	if (r < 0)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *text = strv_env_get(env, options[i].variable);
		struct err why = { 0 };

		if (text && *text && options[i].parse(text, &c, &why) < 0)
			ignore(ignored, options[i].variable, &why);
	}
	*out = c;
	return 0;
}

/* ---- beside the other interfaces ---- */

static bool is_others(const struct route *r, int index)
{
	return r->index != 0 && r->index != index && r->dst.family == AF_INET &&
	       r->dst.prefix > 0 && r->table == RT_TABLE_MAIN;
}

static const struct dhcp_config_route *find_overlap(const struct dhcp_config *c,
						    const struct ip *subnet)
{
	for (size_t i = 0; i < c->n_routes; i++)
		if (ip_overlaps(&c->routes[i].dst, subnet))
			return &c->routes[i];
	return NULL;
}

int dhcp_config_fit(struct dhcp_config *c, int index, const struct route *routes, size_t n,
		    struct str *ignored, struct err *e)
{
	char a[IP_TEXT_MAX], b[IP_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];
		const struct dhcp_config_route *hit;
		struct err why = { 0 };

		if (!is_others(r, index))
			continue;
		if (ip_contains(&r->dst, &c->address) && r->dst.prefix <= c->address.prefix)
			return err_msg(e, EINVAL, "%s lies in %s, which another interface leads to",
				       ip_format(&c->address, a), ip_format(&r->dst, b));
		hit = find_overlap(c, &r->dst);
		if (!hit)
			continue;
		(void)err_msg(&why, EINVAL,
			      "route to %s: overlaps %s, which another interface leads to",
			      ip_format(&hit->dst, a), ip_format(&r->dst, b));
		ignore(ignored, "staticroutes", &why);
		c->n_routes = 0;
	}
	return 0;
}
