/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach_make.h"

#include "core/proc.h"
#include "core/strv.h"
#include "net/addr.h"
#include "net/attach_parent.h"
#include "net/lock.h"
#include "net/process_id.h"
#include "net/route.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

/* How long the kernel may take to clear a namespace away that has ended. */
#define CLEAR_MS 3000
#define CLEAR_STEP_MS 20

static int parse_ip(const char *text, struct ip *out)
{
	return ip_parse(text, "address", out, NULL);
}

/* ---- links ---- */

/* Born in the container's namespace under its own name: no moment in which it is the host's. */
static int make_link(const struct attach_options *o, struct nl *host, const struct vnic *v,
		     struct err *e)
{
	struct link_new new = LINK_NEW("macvlan");
	struct link parent;
	struct mac mac;
	autofd int lock = net_lock(o->state_dir, v->parent_interface, e);
	int r = lock < 0 ? lock : parent_find(host, v->parent_interface, &parent, e);

	if (r == 0)
		r = mac_parse_host(v->mac_address, "mac_address", &mac, e);
	if (r < 0)
		return r;
	new.end = (struct link_end){
		.name = v->name,
		.netns = o->netns,
		.mac = &mac,
		.mtu = (uint32_t)v->mtu,
		.up = true,
	};
	new.parent = parent.index;
	new.mode = MACVLAN_MODE_BRIDGE;
	r = link_create(host, &new, e);
	if (r == -EINVAL || r == -EBUSY)
		return err_wrap(
			e, "parent %s may be used up by a child in mode passthru: ", parent.name);
	return r;
}

/* Of ours nobody has the MAC, for that was looked at; but a container's last life may have it still
 * for a moment, in a namespace that the kernel is at clearing away. */
static int make_free_link(const struct attach_options *o, struct nl *host, const struct vnic *v,
			  struct err *e)
{
	int64_t deadline = monotonic_ms() + CLEAR_MS;
	int r = make_link(o, host, v, e);

	while (r == -EADDRINUSE && monotonic_ms() < deadline) {
		(void)poll(NULL, 0, CLEAR_STEP_MS);
		r = make_link(o, host, v, e);
	}
	return r;
}

/* ---- static addresses ---- */

static int add_default(struct nl *inside, const struct link *link, const struct attached *a,
		       struct err *e)
{
	struct route route = {
		.dst = { .family = AF_INET },
		.index = link->index,
		.metric = (uint32_t)a->metric,
	};
	int r = parse_ip(a->vnic.parent_gateway, &route.gateway);

	return r < 0 ? r : route_add(inside, &route, ROUTE_ALONE, e);
}

static int set_static(struct nl *inside, const struct attached *a, struct err *e)
{
	struct link link;
	struct ip ip;
	int r = parse_ip(a->vnic.ip_address, &ip);

	if (r == 0)
		r = link_get(inside, a->vnic.name, &link, e);
	if (r < 0)
		return r;
	ip.prefix = (uint8_t)vnic_prefix(&a->vnic);
	r = addr_add(inside, link.index, &ip, NULL, e);
	return r == 0 && a->vnic.parent_gateway ? add_default(inside, &link, a, e) : r;
}

static int make_one(const struct attach_options *o, struct nl *host, struct nl *inside,
		    const struct attached *a, struct err *e)
{
	int r = make_free_link(o, host, &a->vnic, e);

	if (r == 0 && a->vnic.network_mode == VNIC_STATIC)
		r = set_static(inside, a, e);
	return r < 0 ? err_wrap(e, "vNIC \"%s\": ", a->vnic.name) : 0;
}

/* ---- DNS that was given ---- */

static char **given_dns(const struct attach_record *r)
{
	char **all = NULL;

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < strv_len(r->v[i].vnic.dns); k++)
			strv_push(&all, r->v[i].vnic.dns[k]);
	return all;
}

static int write_dns(const struct attach_record *r, char *const *dns, struct err *e)
{
	struct resolv_target t = attach_resolv_target(r);
	autostr text = { 0 };

	if (!dns)
		return 0;
	resolv_text(r->container, dns, NULL, &text);
	return resolv_write(&t, text.p, text.len, e);
}

/* ---- DHCP ---- */

static int start_dhcp(const struct attach_options *o, const struct attached *a, bool dns_given,
		      struct err *e)
{
	const struct dhcp_options d = {
		.state_dir = o->state_dir,
		.container = o->container,
		.ifname = a->vnic.name,
		.netns = o->netns,
		.hostname = o->hostname,
		.metric = (uint32_t)a->metric,
		.resolv = dns_given ? NULL : &o->resolv,
	};
	int r = dhcp_start(&d, e);

	return r < 0 ? err_wrap(e, "vNIC \"%s\": ", a->vnic.name) : 0;
}

static int await_lease(const struct attach_options *o, const struct attached *a, int64_t deadline,
		       struct err *e)
{
	int64_t left = MAX(deadline - monotonic_ms(), 0);
	int r = dhcp_wait(o->state_dir, o->container, a->vnic.name, (int)MIN(left, INT_MAX), NULL,
			  e);

	if (r == 0 && !o->dhcp_optional)
		r = err_msg(e, ETIMEDOUT, "no DHCP lease within %lld ms",
			    (long long)o->dhcp_timeout_ms);
	return r < 0 ? err_wrap(e, "vNIC \"%s\": ", a->vnic.name) : 0;
}

/* All clients first, then their leases: they take their time side by side. */
static int make_dhcp(const struct attach_options *o, const struct attach_record *r, bool dns_given,
		     struct err *e)
{
	int64_t deadline = monotonic_ms() + o->dhcp_timeout_ms;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < r->n; i++)
		if (r->v[i].vnic.network_mode == VNIC_DHCP)
			ret = start_dhcp(o, &r->v[i], dns_given, e);
	for (size_t i = 0; ret == 0 && o->dhcp_timeout_ms > 0 && i < r->n; i++)
		if (r->v[i].vnic.network_mode == VNIC_DHCP)
			ret = await_lease(o, &r->v[i], deadline, e);
	return ret;
}

int attach_restart_dhcp(const struct attach_options *o, const struct attach_record *r,
			struct err *e)
{
	autostrv char **dns = given_dns(r);
	int ret = 0;

	for (size_t i = 0; ret >= 0 && i < r->n; i++) {
		_cleanup_(dhcp_status_done) struct dhcp_status s = { 0 };

		if (r->v[i].vnic.network_mode != VNIC_DHCP)
			continue;
		ret = dhcp_status(o->state_dir, o->container, r->v[i].vnic.name, &s, e);
		if (ret >= 0 && !s.running)
			ret = start_dhcp(o, &r->v[i], dns != NULL, e);
	}
	return ret < 0 ? ret : 0;
}

int attach_make(const struct attach_options *o, struct nl *host, struct nl *inside,
		struct attach_record *r, struct err *e)
{
	autostrv char **dns = given_dns(r);
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < r->n; i++)
		ret = make_one(o, host, inside, &r->v[i], e);
	if (ret == 0)
		ret = write_dns(r, dns, e);
	return ret == 0 ? make_dhcp(o, r, dns != NULL, e) : ret;
}

/* ---- unmaking ---- */

/* Ours is who has the name, the kind and the MAC that we gave it. */
static int unmake_link(struct nl *inside, const struct vnic *v, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	struct link link;
	int r = link_find(inside, v->name, &link, e);

	if (r <= 0)
		return r;
	if (!str_eq(link.kind, "macvlan") || !str_eq(mac_format(&link.mac, mac), v->mac_address))
		return 0;
	r = link_delete(inside, link.index, e);
	return r == -ENODEV ? 0 : r;
}

static int unmake_links(const struct attach_record *r, int netns, struct err *e)
{
	autonl *inside = NULL;
	int ret = nl_open_in(netns, &inside, e);

	for (size_t i = 0; ret == 0 && i < r->n; i++)
		ret = unmake_link(inside, &r->v[i].vnic, e);
	return ret;
}

/*
 * Puts back what was there, unless somebody else wrote it since. A process of another boot is none
 * of ours, whatever its pid.
 *
 * What stands there now is the container's doing: too much of it, a FIFO, a full or read-only file
 * system. Nothing of that is to keep its interfaces where they are.
 */
static void unmake_dns(const struct attach_record *r)
{
	struct resolv_target t = attach_resolv_target(r);
	char boot_id[BOOT_ID_SIZE];
	autostr now = { 0 }, ours = { 0 };

	if (t.kind == RESOLV_PID &&
	    (process_boot_id(boot_id, NULL) < 0 || !str_eq(r->boot_id, boot_id)))
		return;
	resolv_sweep(&t);
	resolv_text(r->container, NULL, NULL, &ours);
	if (resolv_read(&t, &now, NULL) <= 0 || !str_starts(now.p ? now.p : "", ours.p))
		return;
	if (r->resolv_before)
		(void)resolv_write(&t, r->resolv_before, strlen(r->resolv_before), NULL);
	else
		(void)resolv_remove(&t, NULL);
}

int attach_unmake(const char *state_dir, const struct attach_record *r, int netns, struct err *e)
{
	autofd int found = -1;
	int ret;

	/* A client may be all that keeps the namespace: it is looked for before. */
	if (!attach_is_netns(r, netns)) {
		found = attach_find_netns(r, e);
		netns = found;
	}
	if (found < 0 && found != -ENOENT && netns < 0)
		return found;
	ret = dhcp_stop_all(state_dir, r->container, e);
	if (ret >= 0 && netns >= 0)
		ret = unmake_links(r, netns, e);
	if (ret >= 0)
		unmake_dns(r);
	if (ret >= 0)
		ret = attach_record_remove(state_dir, r->container, e);
	return ret < 0 ? ret : 0;
}
