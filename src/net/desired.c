/* SPDX-License-Identifier: Apache-2.0 */
#include "net/desired.h"

#include "core/strv.h"
#include "net/ifname.h"

#include <errno.h>
#include <stdio.h>

/* ---- reading ---- */

const struct name desired_type_names[] = {
	{ "ethernet", DESIRED_ETHERNET },
	{ "bridge", DESIRED_BRIDGE },
	{ "ovs-bridge", DESIRED_OVS_BRIDGE },
	{ "ovs-port", DESIRED_OVS_PORT },
	{ NULL, 0 },
};

static const struct field address_fields[] = {
	F_STRING("ip", struct desired_address, ip, FIELD_REQUIRED),
	F_UINT("prefix", struct desired_address, prefix, 128, FIELD_REQUIRED),
};
static const struct record address_record =
	RECORD(struct desired_address, "plugins.net", address_fields);

static const struct field ip_fields[] = {
	F_OPT_BOOL("enabled", struct desired_ip, enabled, 0),
	F_BOOL("dhcp", struct desired_ip, dhcp, 0),
	F_LIST("address", struct desired_ip, address, n_address, &address_record, 0),
	F_STRING("gateway", struct desired_ip, gateway, 0),
};
static const struct record ip_record = RECORD(struct desired_ip, "plugins.net", ip_fields);

static const struct field properties_fields[] = {
	F_STRING("datapath_type", struct desired_properties, datapath_type, 0),
};
static const struct record properties_record =
	RECORD(struct desired_properties, "plugins.net", properties_fields);

static int check_name(const char *text, struct err *e)
{
	return ifname_check(text, "interface", e);
}

static const struct field interface_fields[] = {
	F_STRING_CHECK("name", struct desired_interface, name, FIELD_REQUIRED, check_name),
	F_ENUM("type", struct desired_interface, type, desired_type_names, FIELD_REQUIRED),
	F_STRV("ports", struct desired_interface, ports, 0),
	F_RECORD("ipv4", struct desired_interface, ipv4, &ip_record, 0),
	F_RECORD("ipv6", struct desired_interface, ipv6, &ip_record, 0),
	F_RECORD("properties", struct desired_interface, properties, &properties_record, 0),
};
static const struct record interface_record =
	RECORD(struct desired_interface, "plugins.net", interface_fields);

static const struct field desired_fields[] = {
	F_LIST("interfaces", struct desired, interfaces, n_interfaces, &interface_record,
	       FIELD_REQUIRED),
};
static const struct record desired_record = RECORD(struct desired, "plugins.net", desired_fields);

void desired_done(struct desired *d)
{
	record_done(&desired_record, d);
}

/* ---- asking ---- */

struct ip desired_address_ip(const struct desired_address *a)
{
	struct ip ip = { 0 };

	if (ip_parse_address(a->ip, "address", &ip, NULL) == 0)
		ip.prefix = (uint8_t)a->prefix;
	return ip;
}

const struct desired_interface *desired_find(const struct desired *d, const char *name)
{
	for (size_t i = 0; i < d->n_interfaces; i++)
		if (str_eq(d->interfaces[i].name, name))
			return &d->interfaces[i];
	return NULL;
}

const struct desired_interface *desired_bridge_of(const struct desired *d, const char *port)
{
	for (size_t i = 0; i < d->n_interfaces; i++)
		if (strv_has(d->interfaces[i].ports, port))
			return &d->interfaces[i];
	return NULL;
}

bool desired_is_off(const struct desired_ip *ip)
{
	return ip && ip->enabled.is_set && !ip->enabled.value;
}

bool desired_is_static(const struct desired_ip *ip)
{
	return ip && !ip->dhcp && (ip->address || desired_is_off(ip));
}

bool desired_is_foreign_port(const char *port)
{
	return str_starts(port, "nm-") || str_starts(port, "wg");
}

/* ---- checking ---- */

static int check_address(const struct desired_address *a, uint8_t family, struct err *e)
{
	struct ip ip = { 0 };
	int r = ip_parse_address(a->ip, "ip", &ip, e);

	if (r < 0)
		return r;
	if (ip.family != family)
		return err_msg(e, EINVAL, "ip \"%s\": is of the other family", a->ip);
	if (a->prefix > ip_bits(&ip))
		return err_msg(e, EINVAL, "prefix %d: of %s at most %d", (int)a->prefix, a->ip,
			       ip_bits(&ip));
	ip.prefix = (uint8_t)a->prefix;
	if (!ip_is_host_of_subnet(&ip) || ip_is_multicast(&ip) || ip_is_unspecified(&ip))
		return err_msg(e, EINVAL, "ip \"%s\": no host can have it", a->ip);
	return 0;
}

static int check_gateway(const struct desired_ip *c, uint8_t family, struct err *e)
{
	struct ip gw = { 0 }, own;
	bool reached = false;
	int r = ip_parse_address(c->gateway, "gateway", &gw, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < c->n_address; i++) {
		own = desired_address_ip(&c->address[i]);
		if (ip_same_address(&own, &gw))
			return err_msg(e, EINVAL, "gateway \"%s\": is the address itself",
				       c->gateway);
		reached |= ip_contains(&own, &gw);
	}
	if (gw.family != family)
		return err_msg(e, EINVAL, "gateway \"%s\": is of the other family", c->gateway);
	/* Without a list, the addresses that are there may reach it. */
	if (c->address && !reached && !ip_is_link_local(&gw))
		return err_msg(e, EINVAL, "gateway \"%s\": in no address's subnet", c->gateway);
	return 0;
}

static int check_family(const struct desired_ip *c, uint8_t family, struct err *e)
{
	int r = 0;

	if (c->dhcp && family == AF_INET6)
		return err_msg(e, EINVAL, "dhcp: is not there for IPv6");
	if (c->dhcp && (c->n_address > 0 || c->gateway))
		return err_msg(e, EINVAL, "dhcp: and an address or a gateway of its own");
	if (desired_is_off(c) && (c->dhcp || c->n_address > 0 || c->gateway))
		return err_msg(e, EINVAL, "enabled: is false, but something is to be set");
	for (size_t i = 0; r == 0 && i < c->n_address; i++) {
		r = check_address(&c->address[i], family, e);
		if (r < 0)
			r = err_wrap(e, "address[%zu].", i);
	}
	return r == 0 && c->gateway ? check_gateway(c, family, e) : r;
}

static int check_ports(const struct desired *d, const struct desired_interface *i, struct err *e)
{
	const struct desired_interface *other;
	int r = 0;

	if (strv_len(i->ports) > 0 && i->type != DESIRED_BRIDGE && i->type != DESIRED_OVS_BRIDGE)
		return err_msg(e, EINVAL, "ports: it is no bridge");
	for (char **p = i->ports; r == 0 && p && *p; p++) {
		r = ifname_check(*p, "port", e);
		other = desired_bridge_of(d, *p);
		if (r == 0 && str_eq(*p, i->name))
			r = err_msg(e, EINVAL, "ports: it is a port of itself");
		if (r == 0 && other != i)
			r = err_msg(e, EINVAL, "ports: %s is a port of %s, too", *p, other->name);
	}
	return r;
}

static int check_interface(const struct desired *d, const struct desired_interface *i,
			   struct err *e)
{
	int r = check_ports(d, i, e);

	if (r == 0 && desired_find(d, i->name) != i)
		r = err_msg(e, EINVAL, "name: \"%s\" occurs twice", i->name);
	if (r == 0 && i->ipv4) {
		r = check_family(i->ipv4, AF_INET, e);
		if (r < 0)
			r = err_wrap(e, "ipv4.");
	}
	if (r == 0 && i->ipv6) {
		r = check_family(i->ipv6, AF_INET6, e);
		if (r < 0)
			r = err_wrap(e, "ipv6.");
	}
	return r;
}

static int check_gateways(const struct desired *d, struct err *e)
{
	const char *v4 = NULL, *v6 = NULL;

	for (size_t k = 0; k < d->n_interfaces; k++) {
		const struct desired_interface *i = &d->interfaces[k];

		if ((v4 && i->ipv4 && i->ipv4->gateway) || (v6 && i->ipv6 && i->ipv6->gateway))
			return err_msg(e, EINVAL,
				       "interfaces[%zu]: a second default gateway, %s has one", k,
				       i->ipv4 && i->ipv4->gateway && v4 ? v4 : v6);
		if (i->ipv4 && i->ipv4->gateway)
			v4 = i->name;
		if (i->ipv6 && i->ipv6->gateway)
			v6 = i->name;
	}
	return 0;
}

static int check(const struct desired *d, struct err *e)
{
	int r = 0;

	if (d->n_interfaces > DESIRED_INTERFACES_MAX)
		return err_msg(e, EINVAL, "interfaces: more than %d", DESIRED_INTERFACES_MAX);
	for (size_t i = 0; r == 0 && i < d->n_interfaces; i++) {
		r = check_interface(d, &d->interfaces[i], e);
		if (r < 0)
			r = err_wrap(e, "interfaces[%zu].", i);
	}
	return r < 0 ? r : check_gateways(d, e);
}

/* The plugin's part of a state file, or the document itself. */
static const struct json *find_plugin(const struct json *root)
{
	const struct json *plugins = json_get(root, "plugins");

	return plugins ? json_get(plugins, "net") : root;
}

int desired_parse(const char *text, size_t len, struct desired *out, struct err *e)
{
	const struct json *plugin;
	struct desired d = { 0 };
	autojson *doc = NULL;
	int r = json_parse(text, len, &doc, e);

	if (r < 0)
		return r;
	plugin = find_plugin(json_root(doc));
	if (!plugin)
		return err_msg(e, EINVAL, "plugins.net: is missing");
	r = record_decode(&desired_record, plugin, &d, e);
	if (r == 0)
		r = check(&d, e);
	if (r < 0) {
		desired_done(&d);
		return r;
	}
	*out = d;
	return 0;
}
