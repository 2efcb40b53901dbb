/* SPDX-License-Identifier: Apache-2.0 */
#include "net/interfaces.h"

#include <ctype.h>
#include <unistd.h>

/* ---- which are told of ---- */

/* Virtual interfaces by what their makers call them. */
static const char *const hidden[] = { "docker", "br-",	   "veth", "virbr",   "tailscale",
				      "zt",	"cni",	   "wg",   "flannel", "kube-ipvs",
				      "cilium", "macvtap", "sit",  "can",     "ovs-" };

/* The host's end of a container's link: "vi" and the container's number. */
static bool is_container_end(const char *name)
{
	if (!str_starts(name, "vi") || !name[2])
		return false;
	for (name += 2; *name; name++)
		if (!isdigit((unsigned char)*name))
			return false;
	return true;
}

bool interface_is_told(const struct link *link, bool all)
{
	if (all)
		return true;
	if (link->flags & IFF_LOOPBACK || is_container_end(link->name))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (str_starts(link->name, hidden[i]))
			return false;
	return true;
}

bool interface_is_down(const struct link *link)
{
	return !(link->flags & IFF_RUNNING);
}

/* ---- reading ---- */

static bool is_wireless(const char *name)
{
	autofree char *path = xasprintf("/sys/class/net/%s/phy80211", name);

	return access(path, F_OK) == 0;
}

static int compare_index(const void *a, const void *b)
{
	return ((const struct interface *)a)->link.index -
	       ((const struct interface *)b)->link.index;
}

struct interface *interfaces_find(const struct interfaces *list, int index)
{
	struct interface key = { .link.index = index };

	if (list->n == 0)
		return NULL;
	return bsearch(&key, list->v, list->n, sizeof(key), compare_index);
}

static void add_address(struct interface *f, const struct ip *ip)
{
	/* Doubled at each power of two. */
	if ((f->n_addresses & (f->n_addresses - 1)) == 0)
		f->addresses = xrealloc(f->addresses, f->n_addresses ? f->n_addresses * 2 : 1,
					sizeof(*f->addresses));
	f->addresses[f->n_addresses++] = *ip;
}

void interfaces_join(const struct link *links, size_t n_links, const struct addr *addrs,
		     size_t n_addrs, const struct route *routes, size_t n_routes, bool all,
		     struct interfaces *out)
{
	autofree uint32_t *metrics = NULL;

	out->v = xcalloc(n_links + 1, sizeof(*out->v));
	for (size_t i = 0; i < n_links; i++)
		if (interface_is_told(&links[i], all))
			out->v[out->n++].link = links[i];
	qsort(out->v, out->n, sizeof(*out->v), compare_index);
	for (size_t i = 0; i < n_addrs; i++) {
		struct interface *f = interfaces_find(out, addrs[i].index);

		if (f && addrs[i].ip.family == AF_INET)
			add_address(f, &addrs[i].ip);
	}
	metrics = xcalloc(out->n + 1, sizeof(*metrics));
	for (size_t i = 0; i < n_routes; i++) {
		struct interface *f = interfaces_find(out, routes[i].index);

		if (!f || routes[i].dst.prefix != 0 || !ip_is_set(&routes[i].gateway))
			continue;
		if (ip_is_set(&f->gateway) && metrics[f - out->v] <= routes[i].metric)
			continue;
		f->gateway = routes[i].gateway;
		metrics[f - out->v] = routes[i].metric;
	}
}

int interfaces_load(struct nl *nl, bool all, struct interfaces *out, struct err *e)
{
	const struct route_filter filter = { .family = AF_INET, .table = RT_TABLE_MAIN };
	autofree struct link *links = NULL;
	autofree struct addr *addrs = NULL;
	autofree struct route *routes = NULL;
	size_t n_links, n_addrs, n_routes;
	int r = link_list(nl, &links, &n_links, e);

	if (r == 0)
		r = addr_list(nl, 0, AF_INET, &addrs, &n_addrs, e);
	if (r == 0)
		r = route_list(nl, &filter, &routes, &n_routes, e);
	if (r < 0)
		return r;
	*out = (struct interfaces){ 0 };
	interfaces_join(links, n_links, addrs, n_addrs, routes, n_routes, all, out);
	for (size_t i = 0; i < out->n; i++)
		out->v[i].is_wireless = is_wireless(out->v[i].link.name);
	return 0;
}

void interfaces_done(struct interfaces *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].addresses);
	free(list->v);
	*list = (struct interfaces){ 0 };
}

/* ---- telling ---- */

bool interface_equal(const struct interface *a, const struct interface *b)
{
	if (a->link.index != b->link.index || !str_eq(a->link.name, b->link.name) ||
	    a->link.operstate != b->link.operstate ||
	    interface_is_down(&a->link) != interface_is_down(&b->link))
		return false;
	if (interface_is_down(&a->link))
		return true;
	if (a->n_addresses != b->n_addresses || !ip_equal(&a->gateway, &b->gateway))
		return false;
	for (size_t i = 0; i < a->n_addresses; i++)
		if (!ip_equal(&a->addresses[i], &b->addresses[i]))
			return false;
	return true;
}

static void put_text(struct json_out *o, const char *name, const char *text)
{
	json_out_name(o, name);
	json_out_string(o, text);
}

static void put_address(struct json_out *o, const struct ip *address)
{
	struct ip network = ip_network(address);
	char text[IP_TEXT_MAX];

	json_out_object(o);
	put_text(o, "address", ip_format_address(address, text));
	json_out_name(o, "prefixlen");
	json_out_u64(o, address->prefix);
	put_text(o, "subnet", ip_format(&network, text));
	put_text(o, "network_address", ip_format_address(&network, text));
	json_out_end(o);
}

void interface_encode(const struct interface *f, const char *status, const char *timestamp,
		      struct json_out *o)
{
	const char *operstate = names_get(link_operstate_names, f->link.operstate);
	char text[IP_TEXT_MAX];

	if (!status && interface_is_down(&f->link))
		status = "down";
	json_out_object(o);
	put_text(o, "interface", f->link.name);
	json_out_name(o, "index");
	json_out_i64(o, f->link.index);
	put_text(o, "operstate", operstate ? operstate : "unknown");
	if (status)
		put_text(o, "status", status);
	put_text(o, "type", f->is_wireless ? "wifi" : "ethernet");
	json_out_name(o, "ipv4_addresses");
	json_out_array(o);
	for (size_t i = 0; i < f->n_addresses && !status; i++)
		put_address(o, &f->addresses[i]);
	json_out_end(o);
	json_out_name(o, "gateway");
	if (ip_is_set(&f->gateway) && !status)
		json_out_string(o, ip_format_address(&f->gateway, text));
	else
		json_out_null(o);
	put_text(o, "timestamp", timestamp);
	json_out_end(o);
}
