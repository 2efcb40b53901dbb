/* SPDX-License-Identifier: Apache-2.0 */
#include "net/plan_apply.h"

#include "core/strv.h"
#include "net/dhcp.h"

#include <errno.h>

/* What the clients of this host's own interfaces are named by. */
#define DHCP_OWNER "host"
#define DHCP_METRIC 100

/* ---- observing ---- */

static bool is_ovs(const struct desired *d)
{
	for (size_t i = 0; i < d->n_interfaces; i++)
		if (d->interfaces[i].type == DESIRED_OVS_BRIDGE ||
		    d->interfaces[i].type == DESIRED_OVS_PORT)
			return true;
	return false;
}

static int observe_ovs(const struct plan_host *h, struct observed *o, struct err *e)
{
	autoovs *ovs = NULL;
	int r = ovs_open(&h->ovs, &ovs, e);

	return r < 0 ? r : ovs_load(ovs, &o->ovs, e);
}

static int see_client(const struct dhcp_status *s, void *data, struct err *e _unused_)
{
	struct observed *o = data;

	if (s->running)
		strv_push(&o->dhcp, s->ifname);
	return 0;
}

static int observe_kernel(struct observed *o, struct err *e)
{
	const struct route_filter f = { .table = RT_TABLE_MAIN };
	autonl *nl = NULL;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = link_list(nl, &o->links, &o->n_links, e);
	if (r == 0)
		r = addr_list(nl, 0, 0, &o->addrs, &o->n_addrs, e);
	return r < 0 ? r : route_list(nl, &f, &o->routes, &o->n_routes, e);
}

int plan_observe(const struct plan_host *h, const struct desired *d, struct observed *out,
		 struct err *e)
{
	struct observed o = { 0 };
	int r = observe_kernel(&o, e);

	if (r == 0 && is_ovs(d))
		r = observe_ovs(h, &o, e);
	if (r == 0)
		r = dhcp_each(h->state_dir, DHCP_OWNER, see_client, &o, e);
	if (r < 0) {
		observed_done(&o);
		return r;
	}
	*out = o;
	return 0;
}

/* ---- carrying out ---- */

struct runner {
	const struct plan_host *h;
	struct nl *nl;
	struct ovs *ovs; /* opened when it is needed */
};

static int run_bridge_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	struct link_new new = LINK_NEW("bridge");

	new.end.name = op->name;
	return link_create(run->nl, &new, e);
}

static int run_bridge_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	return MIN(link_delete_name(run->nl, op->name, e), 0);
}

static int set_master(struct runner *run, const char *port, const char *bridge, struct err *e)
{
	struct link l, master = { 0 };
	int r = link_get(run->nl, port, &l, e);

	if (r == 0 && bridge)
		r = link_get(run->nl, bridge, &master, e);
	return r < 0 ? r : link_set_master(run->nl, l.index, master.index, e);
}

static int run_port_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	return set_master(run, op->port, op->name, e);
}

static int run_port_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	return set_master(run, op->port, NULL, e);
}

static int open_ovs(struct runner *run, struct err *e)
{
	return run->ovs ? 0 : ovs_open(&run->h->ovs, &run->ovs, e);
}

static int run_ovs_bridge_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	const struct ovs_bridge_options o = { .may_exist = true, .datapath_type = op->datapath };
	int r = open_ovs(run, e);

	return r < 0 ? r : MIN(ovs_add_br(run->ovs, op->name, &o, e), 0);
}

static int run_ovs_bridge_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	int r = open_ovs(run, e);

	return r < 0 ? r : MIN(ovs_del_br(run->ovs, op->name, true, e), 0);
}

static int run_ovs_port_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	const struct ovs_port_options o = { .may_exist = true, .internal = op->internal };
	int r = open_ovs(run, e);

	return r < 0 ? r : MIN(ovs_add_port(run->ovs, op->name, op->port, &o, e), 0);
}

static int run_ovs_port_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	int r = open_ovs(run, e);

	return r < 0 ? r : MIN(ovs_del_port(run->ovs, op->name, op->port, true, e), 0);
}

static int set_up(struct runner *run, const char *name, bool up, struct err *e)
{
	struct link l;
	int r = link_get(run->nl, name, &l, e);

	return r < 0 ? r : link_set_up(run->nl, l.index, up, e);
}

static int run_up(struct runner *run, const struct plan_op *op, struct err *e)
{
	return set_up(run, op->name, true, e);
}

static int run_down(struct runner *run, const struct plan_op *op, struct err *e)
{
	return set_up(run, op->name, false, e);
}

static int run_dhcp_start(struct runner *run, const struct plan_op *op, struct err *e)
{
	const struct dhcp_options o = {
		.state_dir = run->h->state_dir,
		.container = DHCP_OWNER,
		.ifname = op->name,
		.netns = -1,
		.metric = DHCP_METRIC,
	};

	return dhcp_start(&o, e);
}

static int run_dhcp_stop(struct runner *run, const struct plan_op *op, struct err *e)
{
	return MIN(dhcp_stop(run->h->state_dir, DHCP_OWNER, op->name, e), 0);
}

static int find_route(struct runner *run, const struct plan_op *op, struct route *out,
		      struct err *e)
{
	struct link l;
	int r = link_get(run->nl, op->name, &l, e);

	if (r < 0)
		return r;
	*out = (struct route){
		.dst = { .family = op->ip.family },
		.gateway = op->ip,
		.index = l.index,
		.metric = op->metric,
	};
	return 0;
}

static int run_route_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	struct route route;
	int r = find_route(run, op, &route, e);

	return r < 0 ? r : route_add(run->nl, &route, ROUTE_ALONE, e);
}

static int run_route_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	struct route route;
	int r = find_route(run, op, &route, e);

	if (r == 0)
		r = route_del(run->nl, &route, e);
	/* It may have gone by itself, with what led to it. */
	return r == -ESRCH ? 0 : r;
}

static int run_address_add(struct runner *run, const struct plan_op *op, struct err *e)
{
	const struct addr_options o = { .replace = true };
	struct link l;
	int r = link_get(run->nl, op->name, &l, e);

	return r < 0 ? r : addr_add(run->nl, l.index, &op->ip, &o, e);
}

static int run_address_del(struct runner *run, const struct plan_op *op, struct err *e)
{
	struct link l;
	int r = link_get(run->nl, op->name, &l, e);

	if (r == 0)
		r = addr_del(run->nl, l.index, &op->ip, e);
	/* The same: with the first of its subnet, or with a DHCP client. */
	return r == -EADDRNOTAVAIL ? 0 : r;
}

static int (*const run_kind[PLAN_KINDS])(struct runner *run, const struct plan_op *op,
					 struct err *e) = {
	[PLAN_BRIDGE_ADD] = run_bridge_add,
	[PLAN_BRIDGE_DEL] = run_bridge_del,
	[PLAN_PORT_ADD] = run_port_add,
	[PLAN_PORT_DEL] = run_port_del,
	[PLAN_OVS_BRIDGE_ADD] = run_ovs_bridge_add,
	[PLAN_OVS_BRIDGE_DEL] = run_ovs_bridge_del,
	[PLAN_OVS_PORT_ADD] = run_ovs_port_add,
	[PLAN_OVS_PORT_DEL] = run_ovs_port_del,
	[PLAN_UP] = run_up,
	[PLAN_DOWN] = run_down,
	[PLAN_DHCP_STOP] = run_dhcp_stop,
	[PLAN_DHCP_START] = run_dhcp_start,
	[PLAN_ROUTE_DEL] = run_route_del,
	[PLAN_ADDRESS_DEL] = run_address_del,
	[PLAN_ADDRESS_ADD] = run_address_add,
	[PLAN_ROUTE_ADD] = run_route_add,
};

/* All of them, whatever becomes of each; the first error counts. */
static void undo(struct runner *run, const struct plan *p, size_t n, struct err *e)
{
	struct err why = { 0 };
	struct plan_op inverse;
	bool failed = false;

	while (n-- > 0)
		if (plan_inverse(&p->ops[n], &inverse) &&
		    run_kind[inverse.kind](run, &inverse, failed ? NULL : &why) < 0)
			failed = true;
	if (failed)
		(void)err_wrap(e, "not all could be undone (%s): ", why.text);
}

static int run_all(struct runner *run, const struct plan *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n; i++) {
		r = run_kind[p->ops[i].kind](run, &p->ops[i], e);
		if (r < 0) {
			autostr what = { 0 };

			plan_describe(&p->ops[i], &what);
			(void)err_wrap(e, "%s: ", what.p);
			undo(run, p, i, e);
		}
	}
	return r;
}

int plan_run(const struct plan_host *h, const struct plan *p, struct err *e)
{
	struct runner run = { .h = h };
	int r = nl_open(&run.nl, e);

	if (r == 0)
		r = run_all(&run, p, e);
	nl_close(run.nl);
	ovs_close(run.ovs);
	return r;
}
