/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach.h"

#include "core/strv.h"
#include "net/attach_make.h"
#include "net/attach_plan.h"
#include "net/attach_record.h"
#include "net/lock.h"
#include "net/netns.h"
#include "net/process_id.h"
#include "net/record_file.h"

#include <errno.h>

void attachment_done(struct attachment *a)
{
	for (size_t i = 0; i < a->n; i++)
		record_done(&attached_record, &a->v[i]);
	free(a->v);
	free(a->container);
	free(a->state);
	*a = (struct attachment){ 0 };
}

void attachment_encode(const struct attachment *a, struct json_out *o)
{
	json_out_array(o);
	for (size_t i = 0; i < a->n; i++)
		record_encode(&attached_record, &a->v[i], o);
	json_out_end(o);
}

static int lock_container(const char *state_dir, const char *container, struct err *e)
{
	autofree char *name = xasprintf("attach.%s", container);
	int r = attach_check_name(container, e);

	return r < 0 ? r : net_lock(state_dir, name, e);
}

/* ---- what is attached ---- */

static int add_lease(const char *state_dir, const char *container, struct attached *a,
		     struct err *e)
{
	struct dhcp_status s = { 0 };
	int r = dhcp_status(state_dir, container, a->vnic.name, &s, e);

	if (r > 0 && s.lease.ip) {
		a->dhcp_ip = xstrdup(s.lease.ip);
		a->dhcp_gateway = s.lease.router ? xstrdup(s.lease.router) : NULL;
		a->dhcp_dns = s.lease.dns ? xstrdup(s.lease.dns) : NULL;
	}
	dhcp_status_done(&s);
	return r < 0 ? r : 0;
}

/* Takes the record's list. */
static int to_attachment(const char *state_dir, struct attach_record *r, struct attachment *out,
			 struct err *e)
{
	struct attachment a = {
		.container = xstrdup(r->container),
		.state = xstrdup(r->state),
		.v = TAKE(r->v),
		.n = r->n,
	};
	int ret = 0;

	r->n = 0;
	for (size_t i = 0; ret == 0 && i < a.n; i++)
		if (a.v[i].vnic.network_mode == VNIC_DHCP)
			ret = add_lease(state_dir, a.container, &a.v[i], e);
	if (ret < 0)
		attachment_done(&a);
	else
		*out = a;
	return ret;
}

/* Returns 1, 0 when there is none of this boot, or -errno. */
static int load_current(const char *state_dir, const char *container, struct attach_record *out,
			struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	int r = attach_record_load(state_dir, container, out, e);

	if (r <= 0)
		return r;
	r = process_boot_id(boot_id, e);
	return r < 0 ? r : str_eq(boot_id, out->boot_id);
}

int attach_get(const char *state_dir, const char *container, struct attachment *out, struct err *e)
{
	_cleanup_(attach_record_done) struct attach_record r = { 0 };
	int ret = load_current(state_dir, container, &r, e);
	autofd int netns = ret > 0 ? attach_find_netns(&r, NULL) : -1;

	if (netns == -ENOENT) {
		free(r.state);
		r.state = xstrdup(ATTACH_GONE);
	}
	if (ret > 0)
		ret = to_attachment(state_dir, &r, out, e) < 0 ? -EIO : 1;
	return ret;
}

struct each {
	const char *state_dir;
	attach_each_fn *fn;
	void *data;
	struct damage leases;
};

static int visit(const struct attach_record *r, void *data, struct err *e)
{
	struct each *each = data;
	struct attachment a = { 0 };
	struct err why = { 0 };
	int ret = attach_get(each->state_dir, r->container, &a, &why);

	if (ret < 0) {
		(void)err_wrap(&why, "container %s: ", r->container);
		damage_note(&each->leases, &why);
		return 0;
	}
	if (ret > 0)
		ret = each->fn(&a, each->data, e);
	attachment_done(&a);
	return ret;
}

int attach_each(const char *state_dir, attach_each_fn *fn, void *data, struct err *e)
{
	struct each each = { state_dir, fn, data, { 0 } };
	int r = attach_record_each(state_dir, visit, &each, e);

	return r < 0 ? r : damage_result(&each.leases, e);
}

/* ---- detach ---- */

int attach_remove(const char *state_dir, const char *container, int netns, bool forget,
		  struct err *e)
{
	_cleanup_(attach_record_done) struct attach_record r = { 0 };
	autofd int lock = lock_container(state_dir, container, e);
	int ret = lock < 0 ? lock : attach_record_load(state_dir, container, &r, e);

	if (ret > 0)
		ret = attach_unmake(state_dir, &r, netns, e) < 0 ? -EIO : 1;
	else if (ret == 0 && attach_record_remove(state_dir, container, e) < 0)
		ret = -EIO; /* of a file that was never whole */
	if (ret >= 0 && forget && attach_macs_remove(state_dir, container, e) < 0)
		ret = -EIO;
	return ret < 0 ? err_wrap(e, "container %s: ", container) : ret;
}

/* ---- attach ---- */

/* Whether its namespace is where it was, and its maker done. */
static bool is_in_force(const struct attach_record *r)
{
	autofd int pinned = r->netns_path ? netns_open_path(r->netns_path, NULL) : -1;
	autofd int process = -1;
	char boot_id[BOOT_ID_SIZE];

	if (!str_eq(r->state, ATTACH_ATTACHED) || process_boot_id(boot_id, NULL) < 0 ||
	    !str_eq(r->boot_id, boot_id))
		return false;
	if (r->netns_path)
		return attach_is_netns(r, pinned);
	process = process_id_open((pid_t)r->pid, r->start_time, NULL, NULL);
	return r->pid == 0 || process >= 0;
}

/* We hold the lock: who was at it before is gone. */
static int clear_leftovers(const struct attach_options *o, struct err *e)
{
	_cleanup_(attach_record_done) struct attach_record old = { 0 };
	int r = attach_record_load(o->state_dir, o->container, &old, e);

	if (r <= 0)
		return r;
	if (is_in_force(&old)) {
		r = attach_restart_dhcp(o, &old, e);
		return r < 0 ? r :
			       err_msg(e, EEXIST, "it has vNICs, which are to be detached before");
	}
	return attach_unmake(o->state_dir, &old, o->netns, e);
}

static int commit(const struct attach_options *o, const struct vnics *in, struct attach_record *r,
		  struct err *e)
{
	int ret = attach_remember(o, in, r, e);

	if (ret < 0)
		return ret;
	free(r->state);
	r->state = xstrdup(ATTACH_ATTACHED);
	return attach_record_save(o->state_dir, r, e);
}

static int plan_and_save(const struct attach_options *o, const struct vnics *in, struct nl *host,
			 struct nl *inside, struct attach_record *r, struct err *e)
{
	/* From the look at others' MACs until ours are on record. */
	autofd int lock = net_lock(o->state_dir, "attach", e);
	int ret = lock < 0 ? lock : attach_plan(o, in, host, inside, r, e);

	return ret < 0 ? ret : attach_record_save(o->state_dir, r, e);
}

static int make(const struct attach_options *o, const struct vnics *in, struct attach_record *r,
		struct err *e)
{
	autonl *host = NULL, *inside = NULL;
	int ret = nl_open(&host, e);

	if (ret == 0)
		ret = nl_open_in(o->netns, &inside, e);
	if (ret == 0)
		ret = plan_and_save(o, in, host, inside, r, e);
	if (ret < 0)
		return ret;
	ret = attach_make(o, host, inside, r, e);
	if (ret == 0)
		ret = commit(o, in, r, e);
	if (ret < 0)
		(void)attach_unmake(o->state_dir, r, o->netns, NULL); /* what fails is on record */
	return ret;
}

int attach_add(const struct attach_options *o, const struct vnics *in, struct attachment *out,
	       struct err *e)
{
	_cleanup_(attach_record_done) struct attach_record r = { 0 };
	autofd int lock = lock_container(o->state_dir, o->container, e);
	int ret = lock < 0 ? lock : clear_leftovers(o, e);

	if (ret == 0)
		ret = make(o, in, &r, e);
	if (ret == 0 && out)
		ret = to_attachment(o->state_dir, &r, out, e);
	return ret < 0 ? err_wrap(e, "container %s: ", o->container) : 0;
}
