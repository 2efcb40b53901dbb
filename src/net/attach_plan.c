/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach_plan.h"

#include "core/file.h"
#include "core/strv.h"
#include "net/attach_parent.h"
#include "net/netns.h"
#include "net/process_id.h"

#include <errno.h>
#include <sys/stat.h>

/* Of 2^46 there are, one that is taken comes up about never; twice in a row, something is wrong. */
#define MAC_TRIES 8

struct plan {
	const struct attach_options *o;
	struct nl *host, *inside;
	struct strmap kept; /* MACs of the last time */
	struct attach_record *record;
};

static struct vnic *vnic_of(const struct plan *p, size_t i)
{
	return &p->record->v[i].vnic;
}

/* ---- who and where ---- */

static int describe_netns(const struct attach_options *o, struct attach_record *r, struct err *e)
{
	struct stat st;
	autofd int own = netns_open_self(e);

	if (own < 0)
		return own;
	if (netns_same(own, o->netns))
		return err_msg(e, EINVAL, "the network namespace is the host's own");
	if (fstat(o->netns, &st) < 0)
		return err_set(e, errno, "network namespace");
	r->netns_dev = st.st_dev;
	r->netns_ino = st.st_ino;
	if (netns_cookie(o->netns, &r->netns_cookie, e) < 0)
		return -EIO;
	r->netns_path = o->netns_path ? xstrdup(o->netns_path) : NULL;
	r->pid = o->pid;
	return o->pid > 0 ? process_identify(o->pid, &r->start_time, e) : 0;
}

static int describe(const struct attach_options *o, struct attach_record *r, struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	int ret = process_boot_id(boot_id, e);

	if (ret < 0)
		return ret;
	r->container = xstrdup(o->container);
	r->state = xstrdup(ATTACH_ATTACHING);
	r->boot_id = xstrdup(boot_id);
	r->resolv_kind = (int)o->resolv.kind;
	r->resolv_pid = o->resolv.pid;
	r->resolv_start_time = o->resolv.start_time;
	r->resolv_path = o->resolv.path ? xstrdup(o->resolv.path) : NULL;
	return describe_netns(o, r, e);
}

/* What DNS was there, to be put back. */
static int keep_resolv(struct attach_record *r, struct err *e)
{
	struct resolv_target t = attach_resolv_target(r);
	autostr text = { 0 };
	int ret = resolv_read(&t, &text, e);

	if (ret > 0)
		r->resolv_before = str_take(&text);
	return ret < 0 ? ret : 0;
}

/* ---- each vNIC ---- */

static void copy_vnic(const struct vnic *in, struct vnic *out)
{
	*out = *in;
	out->name = xstrdup(in->name);
	out->parent_interface = xstrdup(in->parent_interface);
	out->parent_subnet = in->parent_subnet ? xstrdup(in->parent_subnet) : NULL;
	out->parent_gateway = in->parent_gateway ? xstrdup(in->parent_gateway) : NULL;
	out->ip_address = in->ip_address ? xstrdup(in->ip_address) : NULL;
	out->mac_address = in->mac_address ? xstrdup(in->mac_address) : NULL;
	out->dns = in->dns ? strv_copy(in->dns) : NULL;
}

static int check_name_free(struct plan *p, const struct vnic *v, struct err *e)
{
	struct link link;
	int r = link_find(p->inside, v->name, &link, e);

	return r > 0 ? err_msg(e, EEXIST, "the container has an interface of this name") : r;
}

/* ---- MACs: given, kept, or new ---- */

struct search {
	const char *container;
	const char *parent;
	const char *mac;
	char *holder;
};

static int match_mac(const struct attach_record *r, void *data, struct err *e _unused_)
{
	struct search *s = data;

	if (str_eq(r->container, s->container))
		return 0;
	for (size_t i = 0; !s->holder && i < r->n; i++)
		if (str_eq(r->v[i].vnic.parent_interface, s->parent) &&
		    str_eq(r->v[i].vnic.mac_address, s->mac))
			s->holder = xstrdup(r->container);
	return 0;
}

/* Who has this MAC on this parent: another container, or the parent itself; NULL: nobody. */
static int find_holder(struct plan *p, const struct vnic *v, const struct link *parent,
		       char **holder, struct err *e)
{
	struct search s = { p->o->container, v->parent_interface, v->mac_address, NULL };
	char own[MAC_TEXT_MAX];
	int r = 0;

	if (str_eq(mac_format(&parent->mac, own), v->mac_address))
		s.holder = xasprintf("%s itself", v->parent_interface);
	else
		r = attach_record_each(p->o->state_dir, match_mac, &s, e);
	/* What is damaged is for detach to tell; the kernel refuses a MAC that is there, too. */
	if (r == -EUCLEAN)
		r = 0;
	*holder = s.holder;
	return r;
}

static bool is_in_list(const struct plan *p, const struct vnic *v)
{
	for (size_t i = 0; i < p->record->n; i++) {
		const struct vnic *other = vnic_of(p, i);

		if (other != v && other->mac_address &&
		    str_eq(other->parent_interface, v->parent_interface) &&
		    str_eq(other->mac_address, v->mac_address))
			return true;
	}
	return false;
}

static int generate_mac(struct plan *p, struct vnic *v, const struct link *parent, struct err *e)
{
	for (int i = 0; i < MAC_TRIES; i++) {
		autofree char *holder = NULL;
		char text[MAC_TEXT_MAX];
		struct mac mac;
		int r = mac_random(&mac, e);

		if (r < 0)
			return r;
		free(v->mac_address);
		v->mac_address = xstrdup(mac_format(&mac, text));
		r = find_holder(p, v, parent, &holder, e);
		if (r < 0 || (!holder && !is_in_list(p, v)))
			return r;
	}
	return err_msg(e, EADDRINUSE, "no MAC address is free");
}

static int choose_mac(struct plan *p, struct vnic *v, const struct link *parent, struct err *e)
{
	const char *kept = strmap_get(&p->kept, v->name);
	autofree char *holder = NULL;
	struct mac mac;
	int r;

	if (!v->mac_address && kept && mac_parse_host(kept, "MAC", &mac, NULL) == 0)
		v->mac_address = xstrdup(kept);
	if (!v->mac_address)
		return generate_mac(p, v, parent, e);
	r = find_holder(p, v, parent, &holder, e);
	if (r == 0 && holder)
		r = err_msg(e, EADDRINUSE, "MAC address %s is already in use by %s", v->mac_address,
			    holder);
	else if (r == 0 && is_in_list(p, v))
		r = err_msg(e, EADDRINUSE, "MAC address %s is already in use", v->mac_address);
	return r;
}

/* ---- all of it ---- */

static int plan_one(struct plan *p, size_t i, struct err *e)
{
	struct vnic *v = vnic_of(p, i);
	struct link parent;
	int r = parent_find(p->host, v->parent_interface, &parent, e);

	if (r == 0 && v->mtu > parent.mtu)
		r = err_msg(e, EINVAL, "mtu: %llu is more than the %u of parent %s",
			    (unsigned long long)v->mtu, parent.mtu, parent.name);
	if (r == 0)
		r = check_name_free(p, v, e);
	if (r == 0)
		r = choose_mac(p, v, &parent, e);
	if (r < 0)
		return err_wrap(e, "vNIC \"%s\": ", v->name);
	return parent_detect(p->host, &parent, v, e); /* names the vNIC itself */
}

static void name_networks(struct attach_record *r)
{
	uint64_t metric = ATTACH_METRIC;

	for (size_t i = 0; i < r->n; i++) {
		r->v[i].network = vnic_network_name(&r->v[i].vnic);
		if (r->v[i].vnic.network_mode == VNIC_DHCP || r->v[i].vnic.parent_gateway)
			r->v[i].metric = metric++;
	}
}

static int check_networks(const struct attach_record *r, struct err *e)
{
	autofree struct vnic *v = xcalloc(r->n, sizeof(*v));
	const struct vnics l = { v, r->n };

	for (size_t i = 0; i < r->n; i++)
		v[i] = r->v[i].vnic;
	return vnics_check_subnets(&l, e);
}

static int plan(struct plan *p, const struct vnics *in, struct err *e)
{
	struct attach_record *r = p->record;
	int ret = describe(p->o, r, e);

	if (ret == 0)
		ret = attach_macs_load(p->o->state_dir, p->o->container, &p->kept, e);
	if (ret == 0)
		ret = keep_resolv(r, e);
	if (ret < 0)
		return ret;
	r->v = xcalloc(in->n, sizeof(*r->v));
	for (; r->n < in->n; r->n++)
		copy_vnic(&in->v[r->n], &r->v[r->n].vnic);
	for (size_t i = 0; ret == 0 && i < r->n; i++)
		ret = plan_one(p, i, e);
	if (ret == 0)
		ret = check_networks(r, e);
	if (ret == 0)
		name_networks(r);
	return ret;
}

int attach_plan(const struct attach_options *o, const struct vnics *in, struct nl *host,
		struct nl *inside, struct attach_record *out, struct err *e)
{
	_cleanup_(attach_record_done) struct attach_record record = { 0 };
	struct plan p = { .o = o, .host = host, .inside = inside, .record = &record };
	int r = plan(&p, in, e);

	strmap_done(&p.kept);
	if (r < 0)
		return r;
	*out = record;
	record = (struct attach_record){ 0 };
	return 0;
}

int attach_remember(const struct attach_options *o, const struct vnics *in,
		    const struct attach_record *r, struct err *e)
{
	struct strmap macs = { xcalloc(r->n, sizeof(*macs.v)), 0 };
	int ret = 0;

	for (size_t i = 0; i < r->n; i++)
		if (!in->v[i].mac_address)
			macs.v[macs.n++] = (struct strmap_entry){
				xstrdup(r->v[i].vnic.name),
				xstrdup(r->v[i].vnic.mac_address),
			};
	if (macs.n > 0)
		ret = attach_macs_save(o->state_dir, o->container, &macs, e);
	strmap_done(&macs);
	return ret;
}
