/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp.h"

#include "core/strv.h"
#include "net/addr.h"
#include "net/cni/ipam.h"

#include <errno.h>

#define LEASE_TIMEOUT_MS 30000

/* The client keeps address and routes for us; whoever calls this as its ipam plugin wants to put
 * them there himself first. */
static int hand_over(struct cni *c, struct err *e)
{
	return addr_flush(c->inside, c->link.index, AF_INET, e);
}

static void add_lease(const struct dhcp_lease *l, struct cni_result *out)
{
	autostrv char **dns = strv_split(l->dns ? l->dns : "", ' ');
	struct cni_dns words = { .nameservers = dns, .domain = l->domain };
	autofree char *address = xasprintf("%s/%llu", l->ip, (unsigned long long)l->prefix);

	cni_result_add_ip(out, address, l->router);
	if (l->router)
		cni_result_add_route(out, "0.0.0.0/0", l->router);
	for (size_t i = 0; i < l->n_routes; i++)
		cni_result_add_route(out, l->routes[i].destination, l->routes[i].gateway);
	cni_result_add_dns(out, &words);
}

static int start(struct cni *c, const char *key, struct err *e)
{
	struct dhcp_options o = {
		.state_dir = c->state_dir,
		.container = key,
		.ifname = c->call.ifname,
		.netns = c->netns,
	};
	int r = link_get(c->inside, c->call.ifname, &c->link, e);

	if (r == 0 && !(c->link.flags & IFF_UP))
		r = link_set_up(c->inside, c->link.index, true, e);
	return r < 0 ? r : dhcp_start(&o, e);
}

static int wait_for_lease(struct cni *c, const char *key, struct dhcp_lease *out, struct err *e)
{
	int r = dhcp_wait(c->state_dir, key, c->call.ifname, LEASE_TIMEOUT_MS, out, e);

	if (r == 0) {
		c->code = CNI_ERROR_AGAIN;
		return err_msg(e, ETIMEDOUT, "dhcp: no lease within %d s", LEASE_TIMEOUT_MS / 1000);
	}
	if (r > 0 && !out->ip) {
		dhcp_lease_done(out);
		c->code = CNI_ERROR_AGAIN;
		return err_msg(e, EAGAIN, "dhcp: the server gave no lease");
	}
	return r;
}

static int add(struct cni *c, struct cni_result *out, struct err *e)
{
	autofree char *key = cni_key(c->conf.name, c->call.container);
	struct dhcp_lease lease = { 0 };
	int r = start(c, key, e);

	if (r == 0)
		r = wait_for_lease(c, key, &lease, e);
	if (r > 0 && c->is_ipam)
		r = hand_over(c, e);
	if (r >= 0) {
		add_lease(&lease, out);
		dhcp_lease_done(&lease);
		return 0;
	}
	(void)dhcp_stop(c->state_dir, key, c->call.ifname, NULL);
	return r;
}

static int del(struct cni *c, struct err *e)
{
	autofree char *key = cni_key(c->conf.name, c->call.container);

	return dhcp_stop(c->state_dir, key, c->call.ifname, e);
}

static int check(struct cni *c, struct err *e)
{
	autofree char *key = cni_key(c->conf.name, c->call.container);
	struct dhcp_status s = { 0 };
	int r = dhcp_status(c->state_dir, key, c->call.ifname, &s, e);

	if (r == 0)
		return err_msg(e, ESRCH, "dhcp: interface %s has no client", c->call.ifname);
	if (r > 0 && (!s.running || !s.lease.ip))
		r = err_msg(e, ESRCH, "dhcp: interface %s has no lease", c->call.ifname);
	dhcp_status_done(&s);
	return r;
}

/* ---- GC ---- */

struct leftovers {
	struct cni *c;
	char *prefix;
	char **containers, **ifnames; /* that are to go */
};

static bool is_attached(struct cni *c, const struct dhcp_status *s)
{
	for (size_t i = 0; i < c->conf.n_attachments; i++) {
		autofree char *key = cni_key(c->conf.name, c->conf.attachments[i].container);

		if (str_eq(key, s->container) && str_eq(c->conf.attachments[i].ifname, s->ifname))
			return true;
	}
	return false;
}

static int note(const struct dhcp_status *s, void *data, struct err *e _unused_)
{
	struct leftovers *l = data;

	if (str_starts(s->container, l->prefix) && !is_attached(l->c, s)) {
		strv_push(&l->containers, s->container);
		strv_push(&l->ifnames, s->ifname);
	}
	return 0;
}

static int gc(struct cni *c, struct err *e)
{
	autofree char *prefix = cni_key_prefix(c->conf.name);
	struct leftovers l = { .c = c, .prefix = prefix };
	int seen = dhcp_each(c->state_dir, NULL, note, &l, e), r = 0;

	for (size_t i = 0; l.containers && l.containers[i] && r >= 0; i++)
		r = dhcp_stop(c->state_dir, l.containers[i], l.ifnames[i], e);
	strv_free(l.containers);
	strv_free(l.ifnames);
	return r < 0 ? r : MIN(seen, 0);
}

static int status(struct cni *c _unused_, struct err *e _unused_)
{
	return 0;
}

const struct cni_ipam_type cni_dhcp = {
	.name = "dhcp",
	.is_on_link = true,
	.add = add,
	.del = del,
	.check = check,
	.gc = gc,
	.status = status,
};
