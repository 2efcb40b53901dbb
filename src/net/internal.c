/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal.h"

#include "core/procfs.h"
#include "net/addr.h"
#include "net/attach.h"
#include "net/ifname.h"
#include "net/internal_pick.h"
#include "net/internal_record.h"
#include "net/internal_table.h"
#include "net/link.h"
#include "net/lock.h"
#include "net/netns.h"
#include "net/process_id.h"
#include "net/route.h"

#include <errno.h>

/* Two names with the same 44 bits: then another hash of the name. */
#define SALTS 8

struct work {
	const struct internal_options *o;
	struct nl *host, *inside;
	struct internal_net net;
	bool is_new; /* nothing of it was there before */
};

static void work_done(struct work *w)
{
	nl_close(w->host);
	nl_close(w->inside);
	internal_done(&w->net);
}

/* ---- choosing ---- */

struct taken {
	const char *container;
	const char *bridge; /* whether somebody else has this one */
	bool bridge_taken;
	struct ip *v;
	size_t n;
};

static int add_taken(const struct internal_net *n, void *data, struct err *e _unused_)
{
	struct taken *t = data;
	struct ip net;

	if (str_eq(n->container, t->container))
		return 0;
	if (t->bridge && str_eq(n->bridge, t->bridge))
		t->bridge_taken = true;
	if (ip_parse_subnet(n->subnet, "subnet", &net, NULL) == 0) {
		t->v = xrealloc(t->v, t->n + 1, sizeof(*t->v));
		t->v[t->n++] = net;
	}
	return 0;
}

/* Of a record that is damaged the host shows the bridge and the subnet. */
static int see_others(const char *state_dir, struct taken *t, struct err *e)
{
	int r = internal_each(state_dir, add_taken, t, e);

	return r == -EUCLEAN ? 0 : r;
}

/* Everything that the host leads anywhere, but for default routes; addresses are routes, too. */
static int add_routes(struct nl *host, struct taken *t, struct err *e)
{
	const struct route_filter filter = { .family = AF_INET };
	autofree struct route *routes = NULL;
	size_t n = 0;
	int r = route_list(host, &filter, &routes, &n, e);

	if (r < 0)
		return r;
	t->v = xrealloc(t->v, t->n + n, sizeof(*t->v));
	for (size_t i = 0; i < n; i++)
		if (routes[i].dst.family == AF_INET && routes[i].dst.prefix > 0)
			t->v[t->n++] = routes[i].dst;
	return 0;
}

static void set_text(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

static void set_subnet(struct internal_net *n, const struct ip *net)
{
	struct ip first = ip_add(net, 1), second = ip_add(net, 2);
	char text[IP_TEXT_MAX];

	set_text(&n->subnet, ip_format(net, text));
	set_text(&n->host_address, ip_format_address(&first, text));
	set_text(&n->address, ip_format_address(&second, text));
}

static int choose_subnet(struct work *w, struct err *e)
{
	const struct internal_options *o = w->o;
	struct taken t = { .container = o->container };
	struct ip pool, net;
	int r = ip_parse_subnet(o->pool ? o->pool : INTERNAL_POOL, "pool", &pool, e);

	if (r == 0)
		r = see_others(o->state_dir, &t, e);
	if (r >= 0)
		r = add_routes(w->host, &t, e);
	if (r == 0)
		r = internal_pick(&pool, o->prefix ? o->prefix : INTERNAL_PREFIX,
				  internal_hash(o->container, 0), t.v, t.n, &net, e);
	free(t.v);
	if (r == 0)
		set_subnet(&w->net, &net);
	return r;
}

static int choose_names(struct work *w, struct err *e)
{
	const struct internal_options *o = w->o;

	for (unsigned salt = 0; salt < SALTS; salt++) {
		uint64_t hash = internal_hash(o->container, salt);
		char bridge[IFNAMSIZ], end[IFNAMSIZ];
		struct taken t = { .container = o->container, .bridge = bridge };
		struct link link;
		int r;

		internal_ifname("ib", hash, bridge);
		internal_ifname("iv", hash, end);
		r = see_others(o->state_dir, &t, e);
		free(t.v);
		if (r >= 0)
			r = link_find(w->host, bridge, &link, e);
		if (r < 0)
			return r;
		if (r == 0 && !t.bridge_taken) {
			set_text(&w->net.bridge, bridge);
			set_text(&w->net.host_interface, end);
			return 0;
		}
	}
	return err_msg(e, EEXIST, "no name for a bridge is free");
}

static int describe(struct work *w, struct err *e)
{
	const struct internal_options *o = w->o;
	char text[MAC_TEXT_MAX];
	struct mac mac;
	int r = mac_random(&mac, e);

	if (r < 0)
		return r;
	w->is_new = true;
	w->net.name = xasprintf("%s_internal", o->container);
	w->net.container = xstrdup(o->container);
	w->net.interface = xstrdup(o->ifname ? o->ifname : VNIC_NAME_INTERNAL);
	w->net.mac = xstrdup(mac_format(&mac, text));
	r = choose_names(w, e);
	return r == 0 ? choose_subnet(w, e) : r;
}

/* ---- making ---- */

/* Bridges forward nothing in any case; this is for a host whose firewall loses our table. It fails
 * where /proc/sys is not writable, and the table remains. */
static void set_sysctls(const char *bridge)
{
	autofd int proc = procfs_open_root(NULL);
	autofree char *forwarding = xasprintf("sys/net/ipv4/conf/%s/forwarding", bridge);
	autofree char *no_ipv6 = xasprintf("sys/net/ipv6/conf/%s/disable_ipv6", bridge);

	if (proc < 0)
		return;
	(void)procfs_write(proc, forwarding, "0", 1, NULL);
	(void)procfs_write(proc, no_ipv6, "1", 1, NULL);
}

static int make_bridge(struct work *w, struct link *bridge, struct err *e)
{
	const struct addr_options replace = { .replace = true };
	struct link_new new = LINK_NEW("bridge");
	struct ip ip, subnet;
	int r = link_find(w->host, w->net.bridge, bridge, e);

	if (r == 0) {
		new.end.name = w->net.bridge;
		new.end.up = true;
		r = link_create(w->host, &new, e);
		if (r == 0)
			r = link_get(w->host, w->net.bridge, bridge, e);
	}
	if (r >= 0)
		r = ip_parse(w->net.host_address, "address", &ip, e);
	if (r == 0)
		r = ip_parse_subnet(w->net.subnet, "subnet", &subnet, e);
	if (r < 0)
		return r;
	set_sysctls(w->net.bridge);
	ip.prefix = subnet.prefix;
	return addr_add(w->host, bridge->index, &ip, &replace, e);
}

/* Whether the container's end is where it is to be. Returns 1, 0, or -errno. */
static int is_inside(struct work *w, struct link *link, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	int r = link_find(w->inside, w->net.interface, link, e);

	if (r <= 0)
		return r;
	if (str_eq(link->kind, "veth") && str_eq(mac_format(&link->mac, mac), w->net.mac))
		return 1;
	return err_msg(e, EEXIST, "the container has an interface %s", w->net.interface);
}

static int make_pair(struct work *w, const struct link *bridge, struct link *link, struct err *e)
{
	struct link_new new = LINK_NEW("veth");
	struct mac mac;
	int r = link_delete_name(w->host, w->net.host_interface, e);

	if (r >= 0)
		r = mac_parse_host(w->net.mac, "MAC address", &mac, e);
	if (r < 0)
		return r;
	new.end.name = w->net.host_interface;
	new.end.up = true;
	new.master = bridge->index;
	new.peer = (struct link_end){
		.name = w->net.interface,
		.netns = w->o->netns,
		.mac = &mac,
		.up = true,
	};
	r = link_create(w->host, &new, e);
	return r == 0 ? link_get(w->inside, w->net.interface, link, e) : r;
}

static int make_container_end(struct work *w, const struct link *bridge, struct err *e)
{
	const struct addr_options replace = { .replace = true };
	struct ip ip, subnet;
	struct link link;
	int r = is_inside(w, &link, e);

	if (r == 0)
		r = make_pair(w, bridge, &link, e);
	if (r >= 0)
		r = ip_parse(w->net.address, "address", &ip, e);
	if (r == 0)
		r = ip_parse_subnet(w->net.subnet, "subnet", &subnet, e);
	if (r < 0)
		return r;
	ip.prefix = subnet.prefix;
	return addr_add(w->inside, link.index, &ip, &replace, e);
}

/* Apart from the start: the table knows the bridge before it is there. */
static int make(struct work *w, struct err *e)
{
	struct link bridge;
	int r = internal_record_save(w->o->state_dir, &w->net, e);

	if (r == 0)
		r = internal_table_add(&w->net, e);
	if (r == 0)
		r = make_bridge(w, &bridge, e);
	return r == 0 ? make_container_end(w, &bridge, e) : r;
}

/* ---- unmaking ---- */

static int delete_ours(struct nl *host, const char *name, const char *kind, struct err *e)
{
	struct link link;
	int r = link_find(host, name, &link, e);

	if (r <= 0 || !str_eq(link.kind, kind))
		return r < 0 ? r : 0;
	r = link_delete(host, link.index, e);
	return r == -ENODEV ? 0 : r;
}

static int count_other(const struct internal_net *n, void *data, struct err *e _unused_)
{
	struct taken *t = data;

	t->n += !str_eq(n->container, t->container);
	return 0;
}

static int unmake(const char *state_dir, struct nl *host, const struct internal_net *n,
		  struct err *e)
{
	struct taken others = { .container = n->container };
	char boot_id[BOOT_ID_SIZE];
	int r = process_boot_id(boot_id, e);

	if (r == 0)
		r = internal_each(state_dir, count_other, &others, e);
	/* What is damaged is somebody's, too. */
	if (r == -EUCLEAN)
		r = (int)++others.n;
	if (r >= 0)
		r = delete_ours(host, n->host_interface, "veth", e);
	if (r == 0)
		r = delete_ours(host, n->bridge, "bridge", e);
	if (r == 0)
		r = internal_table_remove(n, others.n == 0, e);
	return r == 0 ? internal_record_remove(state_dir, n->container, e) : r;
}

/* ---- the operations ---- */

static int check(const struct internal_options *o, struct err *e)
{
	autofd int own = netns_open_self(e);
	int r = own < 0 ? own : attach_check_name(o->container, e);

	if (r == 0 && o->ifname)
		r = ifname_check(o->ifname, "interface", e);
	if (r == 0 && netns_same(own, o->netns))
		r = err_msg(e, EINVAL, "the network namespace is the host's own");
	return r;
}

/* What is on record of this boot stays as it is. */
static int prepare(struct work *w, struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	int r = process_boot_id(boot_id, e);

	if (r == 0)
		r = internal_get(w->o->state_dir, w->o->container, &w->net, e);
	if (r < 0)
		return r;
	if (r > 0 && (!str_eq(w->net.boot_id, boot_id) ||
		      (w->o->ifname && !str_eq(w->o->ifname, w->net.interface)))) {
		r = unmake(w->o->state_dir, w->host, &w->net, e);
		internal_done(&w->net);
	}
	if (r == 0)
		r = describe(w, e);
	if (r < 0)
		return r;
	set_text(&w->net.boot_id, boot_id);
	return 0;
}

static int add(struct work *w, struct err *e)
{
	int r = nl_open(&w->host, e);

	if (r == 0)
		r = nl_open_in(w->o->netns, &w->inside, e);
	if (r == 0)
		r = prepare(w, e);
	if (r < 0)
		return r;
	r = make(w, e);
	if (r < 0 && w->is_new)
		(void)unmake(w->o->state_dir, w->host, &w->net, NULL); /* what fails is on record */
	return r;
}

int internal_add(const struct internal_options *o, struct internal_net *out, struct err *e)
{
	_cleanup_(work_done) struct work w = { .o = o };
	int r = check(o, e);
	autofd int lock = r < 0 ? r : net_lock(o->state_dir, "internal", e);

	r = lock < 0 ? lock : add(&w, e);
	if (r < 0)
		return err_wrap(e, "%s_internal: ", o->container);
	if (out) {
		*out = w.net;
		w.net = (struct internal_net){ 0 };
	}
	return 0;
}

int internal_remove(const char *state_dir, const char *container, struct err *e)
{
	_cleanup_(internal_done) struct internal_net n = { 0 };
	autonl *host = NULL;
	autofd int lock = net_lock(state_dir, "internal", e);
	int r = lock < 0 ? lock : internal_get(state_dir, container, &n, e);

	if (r > 0) {
		r = nl_open(&host, e);
		if (r == 0)
			r = unmake(state_dir, host, &n, e) < 0 ? -EIO : 1;
	} else if (r == 0 && internal_record_remove(state_dir, container, e) < 0) {
		r = -EIO; /* of a file that was never whole */
	}
	return r < 0 ? err_wrap(e, "%s_internal: ", container) : r;
}
