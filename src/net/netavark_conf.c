/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netavark_conf.h"

#include "core/num.h"
#include "net/cni/call.h"
#include "net/ip.h"

#include <errno.h>

#define PORTS_MAX 4096

/* clang-format off */
static const struct field subnet_fields[] = {
	F_STRING("subnet", struct netavark_subnet, subnet, FIELD_REQUIRED),
	F_STRING("gateway", struct netavark_subnet, gateway, 0),
};
static const struct record subnet_record = RECORD(struct netavark_subnet, "subnets", subnet_fields);

static const struct field route_fields[] = {
	F_STRING("destination", struct netavark_route, destination, FIELD_REQUIRED),
	F_STRING("gateway", struct netavark_route, gateway, 0),
	F_INT("metric", struct netavark_route, metric, 0, UINT32_MAX, 0),
};
static const struct record route_record = RECORD(struct netavark_route, "routes", route_fields);

static const struct field network_fields[] = {
	F_STRING("name", struct netavark_network, name, FIELD_REQUIRED),
	F_STRING("id", struct netavark_network, id, 0),
	F_STRING("driver", struct netavark_network, driver, 0),
	F_STRING("network_interface", struct netavark_network, interface, 0),
	F_LIST("subnets", struct netavark_network, subnets, n_subnets, &subnet_record, 0),
	F_LIST("routes", struct netavark_network, routes, n_routes, &route_record, 0),
	F_BOOL("internal", struct netavark_network, internal, 0),
	F_STRMAP("options", struct netavark_network, options, 0),
	F_STRMAP("ipam_options", struct netavark_network, ipam_options, 0),
	F_STRV("network_dns_servers", struct netavark_network, dns, 0),
};
const struct record netavark_network_record = RECORD(struct netavark_network, "network", network_fields);

static const struct field container_fields[] = {
	F_STRING("interface_name", struct netavark_container, ifname, FIELD_REQUIRED),
	F_STRV("static_ips", struct netavark_container, ips, 0),
	F_STRING("static_mac", struct netavark_container, mac, 0),
};
static const struct record container_record = RECORD(struct netavark_container, "network_options", container_fields);

static const struct field port_fields[] = {
	F_INT("container_port", struct netavark_port, container_port, 1, 65535, FIELD_REQUIRED),
	F_INT("host_port", struct netavark_port, host_port, 1, 65535, FIELD_REQUIRED),
	F_STRING("host_ip", struct netavark_port, host_ip, 0),
	F_STRING("protocol", struct netavark_port, protocol, 0),
	F_INT("range", struct netavark_port, range, 0, 65535, 0),
};
static const struct record port_record = RECORD(struct netavark_port, "port_mappings", port_fields);

static const struct field setup_fields[] = {
	F_STRING("container_id", struct netavark_request, id, FIELD_REQUIRED),
	F_LIST("port_mappings", struct netavark_request, ports, n_ports, &port_record, 0),
	F_RECORD("network", struct netavark_request, network, &netavark_network_record, FIELD_REQUIRED),
	F_RECORD("network_options", struct netavark_request, container, &container_record, FIELD_REQUIRED),
};
const struct record netavark_request_record = RECORD(struct netavark_request, "setup", setup_fields);
/* clang-format on */

/* ---- options ---- */

const char *netavark_option(const struct netavark_network *n, const char *name)
{
	const char *v = n->options.v ? strmap_get(&n->options, name) : NULL;

	return v && *v ? v : NULL;
}

const char *netavark_type(const struct netavark_network *n)
{
	const char *type = netavark_option(n, "type");

	return type ? type : "bridge";
}

bool netavark_is_dhcp(const struct netavark_network *n)
{
	const char *driver = n->ipam_options.v ? strmap_get(&n->ipam_options, "driver") : NULL;

	return driver ? str_eq(driver, "dhcp") : n->n_subnets == 0;
}

static const char *const types[] = { "bridge", "macvlan", "ovs", "ptp" };
static const char *const modes[] = { "bridge", "private", "vepa", "passthru" };
static const char *const options[] = {
	"type", "parent", "mode", "mtu", "vlan", "isolate", "socket_file",
};

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

int netavark_check(const struct netavark_network *n, struct err *e)
{
	uint64_t v;
	int r = 0;

	if (!is_one_of(netavark_type(n), types, ARRAY_SIZE(types)))
		return err_msg(e, EINVAL, "option type: \"%s\" is not bridge, macvlan, ovs or ptp",
			       netavark_type(n));
	for (size_t i = 0; i < n->options.n; i++)
		if (!is_one_of(n->options.v[i].name, options, ARRAY_SIZE(options)))
			return err_msg(e, EINVAL, "option %s is not known", n->options.v[i].name);
	if (netavark_option(n, "mode") &&
	    !is_one_of(netavark_option(n, "mode"), modes, ARRAY_SIZE(modes)))
		return err_msg(e, EINVAL,
			       "option mode: \"%s\" is not bridge, private, vepa or passthru",
			       netavark_option(n, "mode"));
	if (netavark_option(n, "mtu"))
		r = num_parse_u64(netavark_option(n, "mtu"), 65535, "option mtu", &v, e);
	if (r == 0 && netavark_option(n, "vlan"))
		r = num_parse_u64(netavark_option(n, "vlan"), 4094, "option vlan", &v, e);
	if (r == 0 && str_eq(netavark_type(n), "ptp") && netavark_is_dhcp(n))
		r = err_msg(e, EINVAL, "type ptp needs a subnet");
	return r;
}

/* ---- as a CNI configuration ---- */

static void put_text(struct json_out *o, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	json_out_name(o, name);
	json_out_string(o, text);
}

static void put_flag(struct json_out *o, const char *name, bool v)
{
	json_out_name(o, name);
	json_out_bool(o, v);
}

static void put_number(struct json_out *o, const char *name, const char *text)
{
	uint64_t v = 0;

	if (!text || num_parse_u64(text, 65535, name, &v, NULL) < 0)
		return;
	json_out_name(o, name);
	json_out_u64(o, v);
}

/* The subnet of a static address, which comes without a prefix length. NULL when there is none. */
static const struct netavark_subnet *subnet_of(const struct netavark_network *n, const struct ip *a,
					       struct ip *subnet)
{
	for (size_t i = 0; i < n->n_subnets; i++)
		if (ip_parse_subnet(n->subnets[i].subnet, "subnet", subnet, NULL) == 0 &&
		    ip_contains(subnet, a))
			return &n->subnets[i];
	return NULL;
}

static int put_addresses(struct json_out *o, const struct netavark_request *s, struct err *e)
{
	json_out_name(o, "addresses");
	json_out_array(o);
	for (size_t i = 0; s->container->ips && s->container->ips[i]; i++) {
		const struct netavark_subnet *in;
		struct ip a, subnet;
		char text[IP_TEXT_MAX];

		if (ip_parse_address(s->container->ips[i], "static_ips", &a, e) < 0)
			return -EINVAL;
		in = subnet_of(s->network, &a, &subnet);
		if (!in)
			return err_msg(e, EINVAL, "address %s is in no subnet of network %s",
				       s->container->ips[i], s->network->name);
		a.prefix = subnet.prefix;
		json_out_object(o);
		put_text(o, "address", ip_format(&a, text));
		put_text(o, "gateway", in->gateway);
		json_out_end(o);
	}
	json_out_end(o);
	return 0;
}

/* A default route for each address that has a gateway; not for a network that is internal. */
static void put_default_routes(struct json_out *o, const struct netavark_request *s)
{
	for (size_t i = 0; s->container->ips && s->container->ips[i]; i++) {
		const struct netavark_subnet *in = NULL;
		struct ip a, subnet;

		if (ip_parse_address(s->container->ips[i], "static_ips", &a, NULL) == 0)
			in = subnet_of(s->network, &a, &subnet);
		if (!in || !in->gateway)
			continue;
		json_out_object(o);
		put_text(o, "dst", a.family == AF_INET6 ? "::/0" : "0.0.0.0/0");
		put_text(o, "gw", in->gateway);
		json_out_end(o);
	}
}

static void put_routes(struct json_out *o, const struct netavark_request *s)
{
	const struct netavark_network *n = s->network;

	json_out_name(o, "routes");
	json_out_array(o);
	if (!n->internal)
		put_default_routes(o, s);
	for (size_t i = 0; i < n->n_routes; i++) {
		json_out_object(o);
		put_text(o, "dst", n->routes[i].destination);
		put_text(o, "gw", n->routes[i].gateway);
		json_out_name(o, "priority");
		json_out_i64(o, n->routes[i].metric);
		json_out_end(o);
	}
	json_out_end(o);
}

static int put_ipam(struct json_out *o, const struct netavark_request *s, struct err *e)
{
	int r = 0;

	json_out_name(o, "ipam");
	json_out_object(o);
	if (netavark_is_dhcp(s->network)) {
		put_text(o, "type", "dhcp");
	} else {
		put_text(o, "type", "static");
		r = put_addresses(o, s, e);
		if (r == 0)
			put_routes(o, s);
	}
	if (r == 0)
		json_out_end(o);
	return r;
}

static int put_port(struct json_out *o, const struct netavark_port *p, struct err *e)
{
	int64_t n = p->range ? p->range : 1;

	if (p->host_port + n - 1 > 65535 || p->container_port + n - 1 > 65535)
		return err_msg(e, EINVAL, "port_mappings: a range of %lld ports from %lld on",
			       (long long)n, (long long)p->host_port);
	for (int64_t i = 0; i < n; i++) {
		json_out_object(o);
		json_out_name(o, "hostPort");
		json_out_i64(o, p->host_port + i);
		json_out_name(o, "containerPort");
		json_out_i64(o, p->container_port + i);
		put_text(o, "protocol", p->protocol);
		put_text(o, "hostIP", p->host_ip);
		json_out_end(o);
	}
	return 0;
}

static int put_runtime(struct json_out *o, const struct netavark_request *s, struct err *e)
{
	int64_t ports = 0;

	for (size_t i = 0; i < s->n_ports; i++)
		ports += s->ports[i].range;
	if (s->n_ports + (size_t)ports > PORTS_MAX)
		return err_msg(e, EINVAL, "port_mappings: more than %d ports", PORTS_MAX);
	json_out_name(o, "runtimeConfig");
	json_out_object(o);
	put_text(o, "mac", s->container->mac);
	json_out_name(o, "portMappings");
	json_out_array(o);
	for (size_t i = 0; i < s->n_ports; i++)
		if (put_port(o, &s->ports[i], e) < 0)
			return -EINVAL;
	json_out_end(o);
	json_out_end(o);
	return 0;
}

static void put_link(struct json_out *o, const struct netavark_network *n)
{
	const char *type = netavark_type(n);
	bool is_host = !str_eq(type, "macvlan") && !netavark_is_dhcp(n);

	put_text(o, "type", type);
	put_text(o, str_eq(type, "macvlan") ? "master" : "bridge",
		 str_eq(type, "macvlan") && netavark_option(n, "parent") ?
			 netavark_option(n, "parent") :
			 n->interface);
	put_text(o, "mode", netavark_option(n, "mode"));
	put_text(o, "socket_file", netavark_option(n, "socket_file"));
	put_number(o, "mtu", netavark_option(n, "mtu"));
	put_number(o, "vlan", netavark_option(n, "vlan"));
	put_flag(o, "isGateway", is_host);
	put_flag(o, "ipMasq", is_host && !n->internal);
	put_flag(o, "hairpinMode", str_eq(type, "bridge"));
	put_flag(o, "portIsolation",
		 netavark_option(n, "isolate") && str_eq(netavark_option(n, "isolate"), "true"));
}

int netavark_encode(const struct netavark_request *s, struct str *out, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const char *text;
	size_t len;
	int r;

	json_out_object(o);
	put_text(o, "cniVersion", CNI_VERSION_NEWEST);
	put_text(o, "name", s->network->name);
	put_link(o, s->network);
	r = put_ipam(o, s, e);
	if (r == 0)
		r = put_runtime(o, s, e);
	if (r < 0)
		return r;
	json_out_end(o);
	text = json_out_text(o, &len);
	str_add_bytes(out, text, len);
	return 0;
}
