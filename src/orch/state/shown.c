/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/shown.h"

#include "core/log.h"
#include "core/strv.h"
#include "net/plan_apply.h"

#include <ctype.h>
#include <errno.h>
#include <net/if_arp.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- which ---- */

/* "ib" and "iv" with eleven hexadecimal digits: the internal bridges' (net/internal.h). */
static bool is_internal(const char *name)
{
	if (strlen(name) != 13 || (!str_starts(name, "ib") && !str_starts(name, "iv")))
		return false;
	for (name += 2; *name; name++)
		if (!isxdigit((unsigned char)*name))
			return false;
	return true;
}

/* 0: it is not shown. */
static int type_of(const struct observed *host, const struct link *l)
{
	const struct ovs_bridge *bridge = NULL;
	const struct ovs_port *port = ovs_find_port(&host->ovs, l->name, &bridge);

	if ((l->flags & IFF_LOOPBACK) || l->type != ARPHRD_ETHER || is_internal(l->name) ||
	    l->parent_nsid >= 0)
		return 0;
	if (ovs_find_bridge(&host->ovs, l->name))
		return DESIRED_OVS_BRIDGE;
	if (port && port->type && str_eq(port->type, "internal"))
		return DESIRED_OVS_PORT;
	if (str_eq(l->kind, "openvswitch"))
		return 0; /* a datapath's own device */
	return str_eq(l->kind, "bridge") ? DESIRED_BRIDGE : DESIRED_ETHERNET;
}

/* ---- how ---- */

static void put_text(struct json_out *out, const char *name, const char *text)
{
	json_out_name(out, name);
	json_out_string(out, text);
}

static void put_kernel_ports(const struct observed *host, const struct link *bridge,
			     struct json_out *out)
{
	for (size_t i = 0; i < host->n_links; i++)
		if (host->links[i].master == bridge->index)
			json_out_string(out, host->links[i].name);
}

static void put_ovs_ports(const struct ovs_bridge *bridge, struct json_out *out)
{
	for (size_t i = 0; i < bridge->n_ports; i++)
		if (!str_eq(bridge->ports[i].name, bridge->name))
			json_out_string(out, bridge->ports[i].name);
}

static void put_ports(const struct observed *host, const struct link *l, int type,
		      struct json_out *out)
{
	if (type != DESIRED_BRIDGE && type != DESIRED_OVS_BRIDGE)
		return;
	json_out_name(out, "ports");
	json_out_array(out);
	if (type == DESIRED_BRIDGE)
		put_kernel_ports(host, l, out);
	else
		put_ovs_ports(ovs_find_bridge(&host->ovs, l->name), out);
	json_out_end(out);
}

static bool counts(const struct addr *a, const struct link *l, uint8_t family)
{
	return a->index == l->index && a->ip.family == family && !ip_is_link_local(&a->ip);
}

static size_t put_addresses(const struct observed *host, const struct link *l, uint8_t family,
			    struct json_out *out)
{
	char text[IP_TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < host->n_addrs; i++) {
		const struct addr *a = &host->addrs[i];

		if (!counts(a, l, family))
			continue;
		if (n++ == 0) {
			json_out_name(out, "address");
			json_out_array(out);
		}
		json_out_object(out);
		put_text(out, "ip", ip_format_address(&a->ip, text));
		json_out_name(out, "prefix");
		json_out_u64(out, a->ip.prefix);
		json_out_end(out);
	}
	if (n > 0)
		json_out_end(out);
	return n;
}

/* The host's best default route of a family, when it is by this interface. */
static const struct route *gateway_of(const struct observed *host, const struct link *l,
				      uint8_t family)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < host->n_routes; i++) {
		const struct route *r = &host->routes[i];

		if (r->dst.family == family && r->dst.prefix == 0 && ip_is_set(&r->gateway) &&
		    (!best || r->metric < best->metric))
			best = r;
	}
	return best && best->index == l->index ? best : NULL;
}

static bool has_address(const struct observed *host, const struct link *l, uint8_t family)
{
	for (size_t i = 0; i < host->n_addrs; i++)
		if (counts(&host->addrs[i], l, family))
			return true;
	return false;
}

static void put_family(const struct observed *host, const struct link *l, uint8_t family,
		       struct json_out *out)
{
	const struct route *gateway = gateway_of(host, l, family);
	bool dhcp = family == AF_INET && strv_has(host->dhcp, l->name);
	bool enabled = dhcp || has_address(host, l, family);
	char text[IP_TEXT_MAX];

	if (!enabled && family == AF_INET6)
		return;
	json_out_name(out, family == AF_INET ? "ipv4" : "ipv6");
	json_out_object(out);
	json_out_name(out, "enabled");
	json_out_bool(out, enabled);
	if (dhcp) {
		json_out_name(out, "dhcp");
		json_out_bool(out, true);
	} else if (put_addresses(host, l, family, out) > 0 && gateway) {
		put_text(out, "gateway", ip_format_address(&gateway->gateway, text));
	}
	json_out_end(out);
}

static void put_interface(const struct observed *host, const struct link *l, struct json_out *out)
{
	int type = type_of(host, l);

	if (!type)
		return;
	json_out_object(out);
	put_text(out, "name", l->name);
	put_text(out, "type", names_get(desired_type_names, type));
	put_ports(host, l, type, out);
	put_family(host, l, AF_INET, out);
	put_family(host, l, AF_INET6, out);
	json_out_end(out);
}

/* ---- all ---- */

static int by_name(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Open vSwitch is asked when the document that it is for names one of its bridges. */
static int observe(const struct orch *o, struct observed *out, struct err *e)
{
	static struct desired_interface bridge = { .name = (char *)"ovs",
						   .type = DESIRED_OVS_BRIDGE };
	const struct desired with = { &bridge, 1 }, without = { 0 };
	autofree char *dir = orch_net_dir(o);
	const struct plan_host host = {
		.state_dir = dir, .ovs = { .db = o->ovs_db, .timeout_ms = OVS_TIMEOUT_DEFAULT_MS }
	};
	struct err why = { 0 };

	if (access(o->ovs_db, F_OK) == 0) {
		if (plan_observe(&host, &with, out, &why) == 0)
			return 0;
		log_warning("without Open vSwitch: %s", why.text);
	}
	return plan_observe(&host, &without, out, e);
}

int shown_encode(const struct orch *o, struct json_out *out, struct err *e)
{
	struct observed host = { 0 };
	int r = observe(o, &host, e);

	if (r < 0)
		return r;
	if (host.n_links > 0)
		qsort(host.links, host.n_links, sizeof(*host.links), by_name);
	json_out_object(out);
	json_out_name(out, "interfaces");
	json_out_array(out);
	for (size_t i = 0; i < host.n_links; i++)
		put_interface(&host, &host.links[i], out);
	json_out_end(out);
	json_out_end(out);
	observed_done(&host);
	return 0;
}
