/* SPDX-License-Identifier: Apache-2.0 */
#include "net/plan.h"

#include "core/strv.h"

#include <errno.h>

void observed_done(struct observed *o)
{
	free(o->links);
	free(o->addrs);
	free(o->routes);
	ovs_config_done(&o->ovs);
	strv_free(o->dhcp);
	*o = (struct observed){ 0 };
}

void plan_done(struct plan *p)
{
	free(p->ops);
	*p = (struct plan){ 0 };
}

/* ---- operations ---- */

/* What undoes each, and how it reads: %s is what it is about, then the interface. */
static const struct kind {
	enum plan_kind inverse;
	const char *text, *middle;
} kinds[PLAN_KINDS] = {
	[PLAN_BRIDGE_ADD] = { PLAN_BRIDGE_DEL, "create bridge", NULL },
	[PLAN_BRIDGE_DEL] = { PLAN_BRIDGE_ADD, "delete bridge", NULL },
	[PLAN_PORT_ADD] = { PLAN_PORT_DEL, "add port", "to" },
	[PLAN_PORT_DEL] = { PLAN_PORT_ADD, "remove port", "from" },
	[PLAN_OVS_BRIDGE_ADD] = { PLAN_OVS_BRIDGE_DEL, "create OVS bridge", NULL },
	[PLAN_OVS_BRIDGE_DEL] = { PLAN_OVS_BRIDGE_ADD, "delete OVS bridge", NULL },
	[PLAN_OVS_PORT_ADD] = { PLAN_OVS_PORT_DEL, "add OVS port", "to" },
	[PLAN_OVS_PORT_DEL] = { PLAN_OVS_PORT_ADD, "remove OVS port", "from" },
	[PLAN_UP] = { PLAN_DOWN, "bring up", NULL },
	[PLAN_DOWN] = { PLAN_UP, "take down", NULL },
	[PLAN_DHCP_STOP] = { PLAN_DHCP_START, "stop DHCP on", NULL },
	[PLAN_DHCP_START] = { PLAN_DHCP_STOP, "start DHCP on", NULL },
	[PLAN_ROUTE_DEL] = { PLAN_ROUTE_ADD, "remove default route via", "from" },
	[PLAN_ADDRESS_DEL] = { PLAN_ADDRESS_ADD, "remove address", "from" },
	[PLAN_ADDRESS_ADD] = { PLAN_ADDRESS_DEL, "add address", "to" },
	[PLAN_ROUTE_ADD] = { PLAN_ROUTE_DEL, "add default route via", "on" },
};

bool plan_inverse(const struct plan_op *op, struct plan_op *out)
{
	/* An address that is only put back was there before. */
	if (op->restores && op->kind == PLAN_ADDRESS_ADD)
		return false;
	*out = *op;
	out->kind = kinds[op->kind].inverse;
	return true;
}

static const char *subject(const struct plan_op *op, char text[IP_TEXT_MAX])
{
	if (op->port)
		return op->port;
	if (op->kind == PLAN_ROUTE_ADD || op->kind == PLAN_ROUTE_DEL)
		return ip_format_address(&op->ip, text);
	return ip_format(&op->ip, text);
}

void plan_describe(const struct plan_op *op, struct str *out)
{
	const struct kind *k = &kinds[op->kind];
	char text[IP_TEXT_MAX];

	str_add(out, k->text);
	if (k->middle)
		str_addf(out, " %s %s", subject(op, text), k->middle);
	str_addf(out, " %s", op->name);
}

bool plan_changes(const struct plan *p, size_t of)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->ops[i].of == of && !p->ops[i].restores)
			return true;
	return false;
}

bool plan_creates(const struct plan *p, size_t of)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->ops[i].of == of &&
		    (p->ops[i].kind == PLAN_BRIDGE_ADD || p->ops[i].kind == PLAN_OVS_BRIDGE_ADD ||
		     p->ops[i].internal))
			return true;
	return false;
}

/* ---- planning ---- */

struct planner {
	const struct desired *d;
	const struct observed *o;
	struct plan *out;
	size_t cap;
	size_t of; /* the interface at hand */
};

static struct plan_op *add(struct planner *p, enum plan_kind kind, const char *name)
{
	struct plan *out = p->out;

	if (out->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 16;
		out->ops = xrealloc(out->ops, p->cap, sizeof(*out->ops));
	}
	out->ops[out->n] = (struct plan_op){ .kind = kind, .name = name, .of = p->of };
	return &out->ops[out->n++];
}

static const struct link *link_of(const struct planner *p, const char *name)
{
	for (size_t i = 0; i < p->o->n_links; i++)
		if (str_eq(p->o->links[i].name, name))
			return &p->o->links[i];
	return NULL;
}

static bool will_be_made(const struct planner *p, const char *name)
{
	const struct desired_interface *i = desired_find(p->d, name);

	return i && i->type != DESIRED_ETHERNET;
}

/* ---- interfaces ---- */

static int plan_ethernet(struct planner *p, const struct desired_interface *i, struct err *e)
{
	const struct link *l = link_of(p, i->name);

	if (!l)
		return err_msg(e, ENODEV, "interface \"%s\": does not exist", i->name);
	return 0;
}

static int plan_bridge(struct planner *p, const struct desired_interface *i, struct err *e)
{
	const struct link *l = link_of(p, i->name);

	if (l && !str_eq(l->kind, "bridge"))
		return err_msg(e, EEXIST, "interface \"%s\": is there, but is no bridge", i->name);
	if (!l)
		(void)add(p, PLAN_BRIDGE_ADD, i->name);
	return 0;
}

static int plan_ovs_bridge(struct planner *p, const struct desired_interface *i, struct err *e)
{
	struct plan_op *op;

	if (ovs_find_bridge(&p->o->ovs, i->name))
		return 0;
	if (link_of(p, i->name))
		return err_msg(e, EEXIST, "interface \"%s\": is there, but is no OVS bridge",
			       i->name);
	op = add(p, PLAN_OVS_BRIDGE_ADD, i->name);
	op->datapath = i->properties ? i->properties->datapath_type : NULL;
	return 0;
}

/* The bridge that lists it makes it. */
static int plan_ovs_port(struct planner *p, const struct desired_interface *i, struct err *e)
{
	const struct desired_interface *bridge = desired_bridge_of(p->d, i->name);
	const struct ovs_bridge *on = NULL;

	if (bridge && bridge->type == DESIRED_OVS_BRIDGE)
		return 0;
	if (!ovs_find_port(&p->o->ovs, i->name, &on))
		return err_msg(e, ENODEV, "OVS port \"%s\": no OVS bridge lists it", i->name);
	return 0;
}

static int (*const plan_type[])(struct planner *p, const struct desired_interface *i,
				struct err *e) = {
	[DESIRED_ETHERNET] = plan_ethernet,
	[DESIRED_BRIDGE] = plan_bridge,
	[DESIRED_OVS_BRIDGE] = plan_ovs_bridge,
	[DESIRED_OVS_PORT] = plan_ovs_port,
};

/* ---- ports ---- */

static int plan_kernel_port(struct planner *p, const char *bridge, const char *port, struct err *e)
{
	const struct link *l = link_of(p, port), *master;

	if (!l && !will_be_made(p, port))
		return err_msg(e, ENODEV, "interface \"%s\": does not exist", port);
	if (l && l->flags & IFF_LOOPBACK)
		return err_msg(e, EINVAL, "interface \"%s\": is the loopback", port);
	master = l && l->master ? link_in(p->o->links, p->o->n_links, l->master) : NULL;
	if (master && str_eq(master->name, bridge))
		return 0;
	if (master)
		return err_msg(e, EBUSY, "interface \"%s\": is a port of %s", port, master->name);
	add(p, PLAN_PORT_ADD, bridge)->port = port;
	return 0;
}

static int plan_one_ovs_port(struct planner *p, const char *bridge, const char *port, struct err *e)
{
	const struct desired_interface *i = desired_find(p->d, port);
	bool internal = i && i->type == DESIRED_OVS_PORT;
	const struct ovs_bridge *on = NULL;
	struct plan_op *op;

	if (ovs_find_port(&p->o->ovs, port, &on)) {
		if (str_eq(on->name, bridge))
			return 0;
		return err_msg(e, EBUSY, "interface \"%s\": is a port of %s", port, on->name);
	}
	if (!internal && !link_of(p, port) && !will_be_made(p, port))
		return err_msg(e, ENODEV, "interface \"%s\": does not exist", port);
	if (internal && link_of(p, port))
		return err_msg(e, EEXIST, "interface \"%s\": is there, but is no OVS port", port);
	op = add(p, PLAN_OVS_PORT_ADD, bridge);
	op->port = port;
	op->internal = internal;
	/* To whoever reads the plan, the port is what is made. */
	if (internal)
		op->of = (size_t)(i - p->d->interfaces);
	return 0;
}

static int plan_ports(struct planner *p, const struct desired_interface *i, struct err *e)
{
	int r = 0;

	for (char **port = i->ports; r == 0 && port && *port; port++) {
		if (desired_is_foreign_port(*port))
			continue;
		r = i->type == DESIRED_BRIDGE ? plan_kernel_port(p, i->name, *port, e) :
						plan_one_ovs_port(p, i->name, *port, e);
	}
	return r;
}

static void plan_up(struct planner *p, const char *name)
{
	const struct link *l = link_of(p, name);

	if (!l || !(l->flags & IFF_UP))
		(void)add(p, PLAN_UP, name);
}

static void plan_all_up(struct planner *p, const struct desired_interface *i)
{
	for (char **port = i->ports; port && *port; port++)
		if (!desired_is_foreign_port(*port) && !desired_find(p->d, *port))
			plan_up(p, *port);
	plan_up(p, i->name);
}

/* ---- addresses ---- */

static bool is_listed(const struct desired_ip *c, const struct ip *ip)
{
	for (size_t i = 0; i < c->n_address; i++) {
		struct ip own = desired_address_ip(&c->address[i]);

		if (ip_equal(&own, ip))
			return true;
	}
	return false;
}

/* Of a family, of the interface at hand, and nobody else's business. */
static bool is_ours(const struct addr *a, const struct link *l, uint8_t family)
{
	return l && a->index == l->index && a->ip.family == family && a->flags & IFA_F_PERMANENT &&
	       !ip_is_link_local(&a->ip) && !ip_is_loopback(&a->ip);
}

static bool has_address(const struct planner *p, const struct link *l, const struct ip *ip)
{
	for (size_t i = 0; l && i < p->o->n_addrs; i++)
		if (p->o->addrs[i].index == l->index && ip_equal(&p->o->addrs[i].ip, ip))
			return true;
	return false;
}

static const struct route *default_of(const struct planner *p, const struct link *l, uint8_t family)
{
	for (size_t i = 0; l && i < p->o->n_routes; i++) {
		const struct route *r = &p->o->routes[i];

		if (r->index == l->index && r->dst.family == family && r->dst.prefix == 0 &&
		    r->protocol != RTPROT_RA && ip_is_set(&r->gateway))
			return r;
	}
	return NULL;
}

static void add_ip(struct planner *p, enum plan_kind kind, const char *name, const struct ip *ip,
		   bool restores)
{
	struct plan_op *op = add(p, kind, name);

	op->ip = *ip;
	op->restores = restores;
}

static void add_route(struct planner *p, enum plan_kind kind, const char *name,
		      const struct ip *gateway, uint32_t metric, bool restores)
{
	struct plan_op *op = add(p, kind, name);

	op->ip = *gateway;
	op->metric = metric;
	op->restores = restores;
}

/* How many of a family go. */
static size_t plan_removals(struct planner *p, const char *name, const struct link *l,
			    const struct desired_ip *c, uint8_t family, bool count_only)
{
	size_t n = 0;

	for (size_t i = 0; i < p->o->n_addrs; i++) {
		const struct addr *a = &p->o->addrs[i];

		if (!is_ours(a, l, family) || is_listed(c, &a->ip))
			continue;
		n++;
		if (!count_only)
			add_ip(p, PLAN_ADDRESS_DEL, name, &a->ip, false);
	}
	return n;
}

static bool reaches(const struct desired_ip *c, const struct ip *gateway)
{
	for (size_t i = 0; i < c->n_address; i++) {
		struct ip own = desired_address_ip(&c->address[i]);

		if (ip_contains(&own, gateway))
			return true;
	}
	return ip_is_link_local(gateway);
}

/* An address that goes takes along the default route, and others of its subnet: those that stay are
 * put back. */
static void plan_static(struct planner *p, const struct desired_interface *i,
			const struct desired_ip *c, uint8_t family)
{
	const struct link *l = link_of(p, i->name);
	const struct route *old = default_of(p, l, family);
	bool exact = desired_is_static(c);
	size_t going = exact ? plan_removals(p, i->name, l, c, family, true) : 0;
	struct ip gw = { 0 };
	bool same, keeps;

	if (c->gateway)
		(void)ip_parse_address(c->gateway, "gateway", &gw, NULL); /* it was checked */
	same = old && ip_same_address(&old->gateway, &gw);
	/* None given: the one that is there stays, where it can. */
	keeps = old && (same || (!c->gateway && (!going || reaches(c, &old->gateway))));
	if (old && (!keeps || going))
		add_route(p, PLAN_ROUTE_DEL, i->name, &old->gateway, old->metric, keeps);
	if (going)
		(void)plan_removals(p, i->name, l, c, family, false);
	for (size_t k = 0; k < c->n_address; k++) {
		struct ip own = desired_address_ip(&c->address[k]);
		bool there = has_address(p, l, &own);

		if (!there || going)
			add_ip(p, PLAN_ADDRESS_ADD, i->name, &own, there);
	}
	if (keeps && going)
		add_route(p, PLAN_ROUTE_ADD, i->name, &old->gateway, old->metric, true);
	else if (!keeps && c->gateway)
		add_route(p, PLAN_ROUTE_ADD, i->name, &gw, 0, false);
}

static void plan_family(struct planner *p, const struct desired_interface *i,
			const struct desired_ip *c, uint8_t family)
{
	bool running = family == AF_INET && strv_has(p->o->dhcp, i->name);

	if (!c)
		return;
	if (c->dhcp) {
		if (!running)
			(void)add(p, PLAN_DHCP_START, i->name);
		return;
	}
	if (running && desired_is_static(c))
		(void)add(p, PLAN_DHCP_STOP, i->name);
	plan_static(p, i, c, family);
}

/* ---- all of it ---- */

static int plan_interfaces(struct planner *p, struct err *e)
{
	int r = 0;

	for (p->of = 0; r == 0 && p->of < p->d->n_interfaces; p->of++) {
		const struct desired_interface *i = &p->d->interfaces[p->of];

		r = plan_type[i->type](p, i, e);
	}
	for (p->of = 0; r == 0 && p->of < p->d->n_interfaces; p->of++)
		r = plan_ports(p, &p->d->interfaces[p->of], e);
	return r;
}

int plan_make(const struct desired *d, const struct observed *o, struct plan *out, struct err *e)
{
	struct plan made = { 0 };
	struct planner p = { .d = d, .o = o, .out = &made };
	int r = plan_interfaces(&p, e);

	if (r < 0) {
		plan_done(&made);
		return r;
	}
	for (p.of = 0; p.of < d->n_interfaces; p.of++)
		plan_all_up(&p, &d->interfaces[p.of]);
	for (p.of = 0; p.of < d->n_interfaces; p.of++) {
		plan_family(&p, &d->interfaces[p.of], d->interfaces[p.of].ipv4, AF_INET);
		plan_family(&p, &d->interfaces[p.of], d->interfaces[p.of].ipv6, AF_INET6);
	}
	*out = made;
	return 0;
}
