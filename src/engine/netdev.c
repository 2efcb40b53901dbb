/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/netdev.h"

#include "core/log.h"
#include "core/procfs.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- links ---- */

struct link {
	int index; /* 0: none seen */
	unsigned flags;
	uint32_t master;
};

static int see_link(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	const struct ifinfomsg *body = rtnl_body(m, sizeof(*body));
	struct link *l = data;

	if (m->nlmsg_type == RTM_NEWLINK && body)
		*l = (struct link){ body->ifi_index, body->ifi_flags,
				    rtnl_u32(rtnl_find(m, sizeof(*body), IFLA_MASTER)) };
	return 0;
}

/* 1 found, 0 there is none of that name, or -errno. */
static int find_link(int sock, const char *name, struct link *out, struct err *e)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct rtnl_request r;
	struct err why = { 0 };
	int ret;

	*out = (struct link){ 0 };
	rtnl_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	rtnl_put_text(&r, IFLA_IFNAME, name);
	ret = rtnl_talk(sock, &r, see_link, out, &why);
	if (ret == -ENODEV)
		return 0;
	if (ret < 0)
		return err_msg(e, why.num, "look for network device %s: %s", name, why.text);
	return out->index > 0;
}

static int see_name(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	const char *name = rtnl_text(rtnl_find(m, sizeof(struct ifinfomsg), IFLA_IFNAME));

	if (m->nlmsg_type == RTM_NEWLINK && *name)
		strv_push(data, name);
	return 0;
}

static int link_names(int sock, char ***out, struct err *e)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct rtnl_request r;
	int ret;

	rtnl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &body, sizeof(body));
	ret = rtnl_talk(sock, &r, see_name, out, e);
	/* A change meanwhile: the kernel has the last word on names anyway. */
	return ret == -EAGAIN ? 0 : ret;
}

/* The kernel closes a device that is up before it moves it. */
static int move_link(int sock, int index, pid_t to, const char *name, struct err *e)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct rtnl_request r;

	rtnl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	rtnl_put_u32(&r, IFLA_NET_NS_PID, (uint32_t)to);
	rtnl_put_text(&r, IFLA_IFNAME, name);
	return rtnl_talk(sock, &r, NULL, NULL, e);
}

static int set_up(int sock, int index, struct err *e)
{
	const struct ifinfomsg body = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct rtnl_request r;

	rtnl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	return rtnl_talk(sock, &r, NULL, NULL, e);
}

static int set_master(int sock, int index, uint32_t master, struct err *e)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct rtnl_request r;

	rtnl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	rtnl_put_u32(&r, IFLA_MASTER, master);
	return rtnl_talk(sock, &r, NULL, NULL, e);
}

/* ---- finding ---- */

/* A device that does not change its namespace would only be renamed, on the host. */
static int check_namespace(const struct namespaces *ns, int proc, struct err *e)
{
	int joined = namespaces_join_fd(ns, CLONE_NEWNET);
	autofd int own = -1;
	struct stat a, b;

	if (joined < 0)
		return namespaces_has_new(ns, CLONE_NEWNET) ?
			       0 :
			       err_msg(e, EINVAL, "linux.netDevices: needs a network namespace");
	own = procfs_open_link(proc, "self/ns/net", O_RDONLY, e);
	if (own < 0)
		return own;
	if (fstat(joined, &a) < 0 || fstat(own, &b) < 0)
		return err_set(e, errno, "linux.netDevices: stat the network namespace");
	if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return err_msg(e, EINVAL,
			       "linux.netDevices: the container's network namespace is the host's");
	return 0;
}

static int find(int sock, struct netdev *d, struct err *e)
{
	struct link l;
	int r;

	r = find_link(sock, d->name, &l, e);
	if (r == 0)
		return err_msg(e, ENODEV, "linux.netDevices.%s: the host has no such device",
			       d->name);
	if (r < 0)
		return err_wrap(e, "linux.netDevices: ");
	if (l.flags & IFF_LOOPBACK)
		return err_msg(e, EINVAL,
			       "linux.netDevices.%s: the loopback device cannot be moved", d->name);
	d->index = l.index;
	d->flags = l.flags;
	d->master = l.master;
	return 0;
}

int netdevs_find(const struct oci_linux *l, const struct namespaces *ns, int proc,
		 struct netdevs *out, struct err *e)
{
	int r;

	*out = (struct netdevs){ .outside = -1, .inside = -1 };
	if (!l || l->n_net_devices == 0)
		return 0;
	r = check_namespace(ns, proc, e);
	if (r < 0)
		return r;
	out->outside = rtnl_open(e);
	if (out->outside < 0)
		return out->outside;
	out->v = xcalloc(l->n_net_devices, sizeof(*out->v));
	for (size_t i = 0; i < l->n_net_devices && r == 0; i++) {
		const struct oci_net_device *c = &l->net_devices[i];
		struct netdev *d = &out->v[out->n++];

		d->name = c->key;
		d->want = c->name && *c->name ? c->name : c->key;
		r = find(out->outside, d, e);
	}
	if (r < 0)
		netdevs_done(out);
	return r;
}

void netdevs_done(struct netdevs *d)
{
	for (size_t i = 0; i < d->n; i++) {
		replay_done(&d->v[i].addresses);
		replay_done(&d->v[i].routes);
	}
	free(d->v);
	(void)fd_close(d->outside);
	*d = (struct netdevs){ .outside = -1, .inside = -1 };
}

/* ---- going in ---- */

int netdev_fill_template(const char *want, char *const *used, char out[IFNAMSIZ], struct err *e)
{
	const char *at = strchr(want, '%');
	char name[IFNAMSIZ + 16];

	if (at && (at[1] != 'd' || strchr(at + 2, '%')))
		return err_msg(e, EINVAL, "\"%s\" is not a template: only one %%d is", want);
	if (!at)
		(void)snprintf(name, sizeof(name), "%.*s", IFNAMSIZ, want);
	for (size_t i = 0; at; i++) {
		(void)snprintf(name, sizeof(name), "%.*s%zu%.*s",
			       (int)MIN(at - want, (ptrdiff_t)IFNAMSIZ), want, i, IFNAMSIZ, at + 2);
		if (!strv_has(used, name))
			break;
	}
	if (strlen(name) >= IFNAMSIZ)
		return err_msg(e, EINVAL, "\"%s\" is too long a name", name);
	memcpy(out, name, strlen(name) + 1);
	return 0;
}

static int choose_name(const struct netdevs *all, struct netdev *d, struct err *e)
{
	autostrv char **used = NULL;
	int r;

	r = link_names(all->inside, &used, e);
	if (r == 0)
		r = netdev_fill_template(d->want, used, d->target, e);
	if (r == 0 && strv_has(used, d->target))
		r = err_msg(e, EEXIST, "the container has a network device named \"%s\" already",
			    d->target);
	return r;
}

/* The move comes before the renaming, which may fail for itself. */
static bool has_left(const struct netdevs *all, const struct netdev *d)
{
	struct link l;

	return find_link(all->outside, d->name, &l, NULL) == 0;
}

static int furnish(const struct netdevs *all, const struct netdev *d, struct err *e)
{
	struct rtnl_request request;
	struct link l;
	int r;

	r = find_link(all->inside, d->target, &l, e);
	if (r == 0)
		r = err_msg(e, ENODEV, "it is not in the container");
	for (size_t i = 0; i < d->addresses.n && r >= 0; i++) {
		if (!replay_is_portable(d->addresses.v[i]))
			continue;
		replay_address_request(d->addresses.v[i], l.index, false, &request);
		r = rtnl_talk(all->inside, &request, NULL, NULL, e);
		if (r < 0)
			err_wrap(e, "set its addresses: ");
	}
	if (r < 0)
		return r;
	r = set_up(all->inside, l.index, e);
	return r < 0 ? err_wrap(e, "set it up: ") : 0;
}

static int move(const struct netdevs *all, struct netdev *d, pid_t pid, struct err *e)
{
	int r;

	r = choose_name(all, d, e);
	if (r == 0)
		r = replay_addresses(all->outside, d->index, &d->addresses, e);
	if (r == 0)
		r = replay_routes(all->outside, d->index, &d->routes, e);
	if (r < 0)
		return r;
	r = move_link(all->outside, d->index, pid, d->target, e);
	d->moved = r == 0 || has_left(all, d);
	if (r < 0)
		return err_wrap(e, "move it to the container: ");
	return furnish(all, d, e);
}

int netdevs_move(struct netdevs *d, int inside, pid_t pid, struct err *e)
{
	d->inside = inside;
	for (size_t i = 0; i < d->n; i++)
		if (move(d, &d->v[i], pid, e) < 0)
			return err_wrap(e, "linux.netDevices.%s: ", d->v[i].name);
	return 0;
}

/* ---- coming back ---- */

static int bring_out(const struct netdevs *all, const struct netdev *d, struct err *e)
{
	struct link l;
	int r;

	r = find_link(all->inside, d->target, &l, e);
	if (r == 0) /* it could not be renamed */
		r = find_link(all->inside, d->name, &l, e);
	if (r == 0)
		return err_msg(e, ENODEV, "it is not in the container");
	return r < 0 ? r : move_link(all->inside, l.index, getpid(), d->name, e);
}

/* A part that fails must not cost the others: the first error is told. */
static int restore(const struct netdevs *all, const struct netdev *d, struct err *e)
{
	struct rtnl_request request;
	struct link l;
	int r, first = 0;

	r = find_link(all->outside, d->name, &l, e);
	if (r <= 0)
		return r < 0 ? r : err_msg(e, ENODEV, "it did not arrive");
	for (size_t i = 0; i < d->addresses.n; i++) {
		replay_address_request(d->addresses.v[i], l.index, true, &request);
		r = rtnl_talk(all->outside, &request, NULL, NULL, first ? NULL : e);
		first = first ?: r == -EEXIST ? 0 : r;
	}
	if (d->master) {
		r = set_master(all->outside, l.index, d->master, first ? NULL : e);
		first = first ?: r;
	}
	if (d->flags & IFF_UP) {
		r = set_up(all->outside, l.index, first ? NULL : e);
		first = first ?: r;
	}
	for (size_t i = 0; i < d->routes.n; i++) {
		replay_route_request(d->routes.v[i], l.index, &request);
		r = rtnl_talk(all->outside, &request, NULL, NULL, first ? NULL : e);
		first = first ?: r == -EEXIST ? 0 : r;
	}
	return first;
}

void netdevs_return(struct netdevs *all)
{
	for (size_t i = all->n; i-- > 0;) {
		struct netdev *d = &all->v[i];
		struct err e = { 0 };
		int r;

		if (!d->moved)
			continue;
		r = bring_out(all, d, &e);
		if (r == 0)
			r = restore(all, d, &e);
		if (r < 0)
			log_warning("bring network device %s back: %s", d->name, e.text);
		d->moved = false;
	}
}
