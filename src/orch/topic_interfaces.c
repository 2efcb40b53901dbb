/* SPDX-License-Identifier: Apache-2.0 */
/* get_host_interfaces: the interfaces that vNICs can have as their parent. */
#include "orch/topics.h"

#include "net/addr.h"
#include "net/link.h"
#include "net/route.h"

#include <ctype.h>

static const struct message_rule rules[] = {
	{ "include_virtual", MESSAGE_BOOL, 0 },
	{ "detailed", MESSAGE_BOOL, 0 },
};

/* Those that other programs make for machines and containers of theirs. */
static const char *const virtual_prefixes[] = {
	"lo",	   "docker",	"br-", "veth",	 "virbr",   "tailscale", "zt",	"cni",
	"flannel", "kube-ipvs", "wg",  "cilium", "macvtap", "sit",	 "can",
};

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

static bool is_virtual(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(virtual_prefixes); i++)
		if (str_starts(name, virtual_prefixes[i]))
			return true;
	return is_internal(name);
}

static int by_name(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void put_text(struct json_out *out, const char *name, const char *text)
{
	json_out_name(out, name);
	if (text)
		json_out_string(out, text);
	else
		json_out_null(out);
}

static void put_addresses(struct json_out *out, const struct addr *addrs, size_t n)
{
	char text[IP_TEXT_MAX];

	put_text(out, "ip_address", n > 0 ? ip_format_address(&addrs[0].ip, text) : NULL);
	json_out_name(out, "ipv4_addresses");
	json_out_array(out);
	for (size_t i = 0; i < n; i++)
		json_out_string(out, ip_format_address(&addrs[i].ip, text));
	json_out_end(out);
}

static int put_details(struct nl *nl, const struct link *l, const struct addr *addrs, size_t n,
		       struct json_out *out, struct err *e)
{
	struct ip subnet = n > 0 ? ip_network(&addrs[0].ip) : (struct ip){ 0 };
	struct route route;
	char text[IP_TEXT_MAX];
	int r = route_default(nl, AF_INET, l->index, &route, e);

	if (r < 0)
		return r;
	if (n > 0)
		put_text(out, "subnet", ip_format(&subnet, text));
	if (r > 0 && ip_is_set(&route.gateway))
		put_text(out, "gateway", ip_format_address(&route.gateway, text));
	return 0;
}

static int put_interface(struct nl *nl, const struct link *l, bool detailed, struct json_out *out,
			 struct err *e)
{
	autofree struct addr *addrs = NULL;
	char mac[MAC_TEXT_MAX];
	size_t n = 0;
	int r = addr_list(nl, l->index, AF_INET, &addrs, &n, e);

	if (r < 0)
		return r;
	json_out_object(out);
	put_text(out, "name", l->name);
	put_addresses(out, addrs, n);
	put_text(out, "mac_address", l->has_mac ? mac_format(&l->mac, mac) : NULL);
	if (detailed)
		r = put_details(nl, l, addrs, n, out, e);
	json_out_end(out);
	return r;
}

static int handle(const struct orch *o _unused_, const struct json *message, struct json_out *ack,
		  struct message_result *result _unused_, struct err *e)
{
	bool include_virtual = message_bool(message, "include_virtual", false);
	bool detailed = message_bool(message, "detailed", true);
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	autofree struct link *links = NULL;
	size_t n = 0;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = link_list(nl, &links, &n, e);
	if (r < 0)
		return r;
	if (n > 0)
		qsort(links, n, sizeof(*links), by_name);
	json_out_name(ack, "status");
	json_out_string(ack, "success");
	json_out_name(ack, "interfaces");
	json_out_array(ack);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (include_virtual || !is_virtual(links[i].name))
			r = put_interface(nl, &links[i], detailed, ack, e);
	json_out_end(ack);
	return r;
}

const struct topic topic_get_host_interfaces = {
	.name = "get_host_interfaces",
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
