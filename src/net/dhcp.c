/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp.h"

#include "core/file.h"
#include "core/proc.h"
#include "core/strv.h"
#include "net/addr.h"
#include "net/attach.h"
#include "net/dhcp_client.h"
#include "net/dhcp_record.h"
#include "net/ifname.h"
#include "net/leftovers.h"
#include "net/link.h"
#include "net/lock.h"
#include "net/netns.h"
#include "net/process_id.h"
#include "net/record_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

/* How long a client has to give its address back. */
#define STOP_MS 3000

#define HOSTNAME_MAX 128

/* A container's clients are started and ended by one at a time: a start that came while another one
 * ended or started a client of that name would leave one that is not on record. Their events take
 * dhcp_lock alone, so that they go on meanwhile. */
static int lock_clients(const char *state_dir, const char *container, struct err *e)
{
	autofree char *name = xasprintf("dhcp.%s", container);
	int r = attach_check_name(container, e);

	return r < 0 ? r : net_lock(state_dir, name, e);
}

static int stop_locked(const char *state_dir, const char *container, const char *ifname,
		       struct err *e);

/* ---- start ---- */

static void fill_record(const struct dhcp_options *o, struct dhcp_record *r)
{
	*r = (struct dhcp_record){
		.container = xstrdup(o->container),
		.ifname = xstrdup(o->ifname),
		.metric = o->metric,
		.no_default = o->no_default,
	};
	if (!o->resolv || o->resolv->kind == RESOLV_NONE)
		return;
	r->resolv_kind = (int)o->resolv->kind;
	r->resolv_pid = o->resolv->pid;
	r->resolv_start_time = o->resolv->start_time;
	r->resolv_path = o->resolv->path ? xstrdup(o->resolv->path) : NULL;
}

/* The client is on record when it passes its gate. */
static int record_client(int dir, struct dhcp_record *r, const struct dhcp_client *c, struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	int ret = process_boot_id(boot_id, e);

	if (ret == 0)
		ret = process_identify(c->pid, &r->start_time, e);
	if (ret < 0)
		return ret;
	r->pid = c->pid;
	r->boot_id = xstrdup(boot_id);
	return dhcp_record_save(dir, r, e);
}

static int remove_files(int dir, const char *ifname, struct err *e)
{
	int r = dhcp_file_remove(dir, ifname, DHCP_FILE_LEASE, e);

	if (r == 0)
		r = dhcp_file_remove(dir, ifname, DHCP_FILE_ERROR, e);
	if (r == 0)
		r = dhcp_file_remove(dir, ifname, DHCP_FILE_RECORD, e);
	return r;
}

static void remove_dir(const char *state_dir, const char *container)
{
	autofree char *path = dhcp_dir_path(state_dir, container);

	(void)rmdir(path); /* another interface's client may have its files there */
}

/* The path by which the client's events find the record, from "/". */
static int record_path(const char *state_dir, const struct dhcp_options *o, char **out,
		       struct err *e)
{
	autofree char *dir = dhcp_dir_path(state_dir, o->container);
	autofree char *name = dhcp_file_name(o->ifname, DHCP_FILE_RECORD);
	autofree char *real = realpath(dir, NULL);

	if (!real)
		return err_set(e, errno, "%s", dir);
	*out = xasprintf("%s/%s", real, name);
	return 0;
}

static int start_client(int dir, const struct dhcp_options *o, struct dhcp_record *r, struct err *e)
{
	struct dhcp_client_args args = {
		.netns = o->netns,
		.ifname = o->ifname,
		.container = o->container,
		.hostname = o->hostname,
	};
	_cleanup_(dhcp_client_done) struct dhcp_client client = DHCP_CLIENT_NONE;
	autofree char *path = NULL;
	int ret = record_path(o->state_dir, o, &path, e);

	args.record = path;
	if (ret == 0)
		ret = dhcp_client_fork(&args, &client, e);
	if (ret == 0)
		ret = record_client(dir, r, &client, e);
	return ret == 0 ? dhcp_client_go(&client, e) : ret;
}

/* What becomes a word of an option. */
static int check_hostname(const char *name, struct err *e)
{
	size_t n = name ? strlen(name) : 1;

	for (const char *p = name; p && *p; p++)
		if (!isascii((unsigned char)*p) ||
		    !(isalnum((unsigned char)*p) || strchr("-_.+", *p)))
			n = 0;
	if (n == 0 || n > HOSTNAME_MAX)
		return err_msg(e, EINVAL, "hostname \"%s\": not a name", name);
	return 0;
}

static int check_interface(const struct dhcp_options *o, struct err *e)
{
	autonl *nl = NULL;
	struct link link;
	int r = nl_open_in(o->netns, &nl, e);

	if (r == 0)
		r = link_get(nl, o->ifname, &link, e);
	if (r == 0 && (link.flags & IFF_LOOPBACK))
		r = err_msg(e, EINVAL, "%s is the loopback", o->ifname);
	return r;
}

int dhcp_start(const struct dhcp_options *o, struct err *e)
{
	_cleanup_(dhcp_record_done) struct dhcp_record r = { 0 };
	autofd int clients = -1, dir = -1, lock = -1;
	int ret = ifname_check(o->ifname, "interface", e);

	if (ret == 0)
		ret = check_hostname(o->hostname, e);
	if (ret == 0)
		ret = check_interface(o, e);
	if (ret < 0)
		return ret;
	clients = lock_clients(o->state_dir, o->container, e);
	ret = clients < 0 ? clients : stop_locked(o->state_dir, o->container, o->ifname, e);
	if (ret < 0)
		return ret;
	lock = dhcp_lock(o->state_dir, true, e);
	dir = lock < 0 ? lock : dhcp_dir_open(o->state_dir, o->container, true, e);
	if (dir < 0)
		return dir;
	fill_record(o, &r);
	ret = start_client(dir, o, &r, e);
	if (ret == 0)
		return 0;
	(void)remove_files(dir, o->ifname, NULL); /* the first error is the one to tell */
	remove_dir(o->state_dir, o->container);
	return err_wrap(e, "DHCP on %s: ", o->ifname);
}

/* ---- wait ---- */

/* Looks for a lease. Returns 1, 0 when there is none yet, or -errno. */
static int look(int dir, const char *ifname, struct dhcp_lease *out, struct err *e)
{
	_cleanup_(dhcp_record_done) struct dhcp_record r = { 0 };
	_cleanup_(dhcp_lease_done) struct dhcp_lease l = { 0 };
	int ret = dhcp_record_load(dir, ifname, &r, e);

	if (ret == 0)
		return err_msg(e, ESRCH, "DHCP on %s: there is no client", ifname);
	if (ret > 0)
		ret = dhcp_lease_current(dir, &r, &l, e);
	if (ret <= 0 || l.error)
		return ret < 0 ? ret : 0;
	if (out) {
		*out = l;
		l = (struct dhcp_lease){ 0 };
	}
	return 1;
}

static void drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

/* Waits until something happened in the directory, or the client ended. Returns 1; 0 at the
 * deadline; -ESRCH. */
static int await(int watch, int client, int64_t deadline, struct err *e)
{
	struct pollfd p[] = { { .fd = watch, .events = POLLIN },
			      { .fd = client, .events = POLLIN } };
	int64_t left = deadline - monotonic_ms();
	int n;

	if (left <= 0)
		return 0;
	do
		n = poll(p, 2, (int)MIN(left, INT_MAX));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "poll");
	if (p[1].revents)
		return err_msg(e, ESRCH, "the DHCP client has ended");
	if (p[0].revents)
		drain(watch);
	return 1;
}

static int open_watch(const char *path, struct err *e)
{
	autofd int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return err_set(e, errno, "inotify");
	if (inotify_add_watch(fd, path, IN_MOVED_TO) < 0)
		return err_set(e, errno, "watch %s", path);
	return TAKE_FD(fd);
}

static int open_client(int dir, const char *ifname, struct err *e)
{
	_cleanup_(dhcp_record_done) struct dhcp_record r = { 0 };
	int ret = dhcp_record_load(dir, ifname, &r, e);

	if (ret == 0)
		return err_msg(e, ESRCH, "there is no DHCP client");
	return ret < 0 ? ret : dhcp_client_open(&r, e);
}

static int wait_lease(const char *state_dir, const char *container, const char *ifname,
		      int64_t deadline, struct dhcp_lease *out, struct err *e)
{
	autofree char *path = dhcp_dir_path(state_dir, container);
	autofd int dir = dhcp_dir_open(state_dir, container, false, e);
	autofd int client = dir < 0 ? dir : open_client(dir, ifname, e);
	autofd int watch = client < 0 ? client : open_watch(path, e);
	int r = watch < 0 ? watch : 1;

	while (r > 0) {
		r = look(dir, ifname, out, e);
		if (r != 0)
			return r;
		r = await(watch, client, deadline, e);
	}
	return r;
}

int dhcp_wait(const char *state_dir, const char *container, const char *ifname, int timeout_ms,
	      struct dhcp_lease *out, struct err *e)
{
	int64_t deadline = timeout_ms < 0 ? INT64_MAX : monotonic_ms() + timeout_ms;
	int r = wait_lease(state_dir, container, ifname, deadline, out, e);

	return r < 0 ? err_wrap(e, "DHCP on %s: ", ifname) : r;
}

/* ---- stop ---- */

/* Its namespace lives as long as this descriptor, at least. */
static void flush(int netns, const char *ifname)
{
	autonl *nl = NULL;
	struct link link;

	/* A client that was killed leaves its address to end with the lease; sooner is better. */
	if (nl_open_in(netns, &nl, NULL) == 0 && link_find(nl, ifname, &link, NULL) > 0)
		(void)addr_flush(nl, link.index, AF_INET, NULL);
}

static int end_client(const struct dhcp_record *r, struct err *e)
{
	struct err why = { 0 };
	autofd int client = dhcp_client_open(r, &why);
	autofd int netns = -1;
	int ret;

	if (client == -ESRCH)
		return 0;
	if (client < 0)
		return err_msg(e, why.num, "%s", why.text);
	netns = netns_open_pid((pid_t)r->pid, NULL);
	ret = pidfd_signal(client, SIGTERM);
	if (ret == 0)
		ret = pidfd_poll(client, STOP_MS);
	if (ret == 0) {
		(void)pidfd_signal(client, SIGKILL);
		ret = pidfd_poll(client, STOP_MS);
	}
	if (netns >= 0)
		flush(netns, r->ifname);
	if (ret == 0)
		return err_msg(e, EBUSY, "DHCP client %d does not end", (int)r->pid);
	return ret < 0 && ret != -ESRCH ? err_set(e, -ret, "end DHCP client %d", (int)r->pid) : 0;
}

/* An event of the client may be at work still: it holds the lock, and has its last word before. */
static int stop(int dir, const char *state_dir, const char *ifname, struct err *e)
{
	_cleanup_(dhcp_record_done) struct dhcp_record r = { 0 };
	struct err why = { 0 };
	autofd int lock = -1;
	int ret = dhcp_record_load(dir, ifname, &r, &why);

	if (ret == -EINVAL)
		ret = 1; /* damaged: nothing says what to end, only the files can go */
	if (ret < 0)
		return err_msg(e, why.num, "%s", why.text);
	if (ret > 0 && r.pid > 0) {
		ret = end_client(&r, e);
		if (ret < 0)
			return ret;
		ret = 1;
	}
	lock = dhcp_lock(state_dir, true, e);
	if (lock < 0)
		return lock;
	return remove_files(dir, ifname, e) < 0 ? -EIO : ret;
}

static int stop_locked(const char *state_dir, const char *container, const char *ifname,
		       struct err *e)
{
	struct err why = { 0 };
	autofd int dir = dhcp_dir_open(state_dir, container, false, &why);
	int r;

	if (dir == -ENOENT)
		return 0;
	if (dir < 0)
		return err_msg(e, why.num, "%s", why.text);
	r = stop(dir, state_dir, ifname, e);
	if (r < 0)
		return err_wrap(e, "DHCP on %s: ", ifname);
	remove_dir(state_dir, container);
	return r;
}

int dhcp_stop(const char *state_dir, const char *container, const char *ifname, struct err *e)
{
	struct err why = { 0 };
	autofd int dir = dhcp_dir_open(state_dir, container, false, &why);
	autofd int clients = -1;

	if (dir == -ENOENT)
		return 0;
	if (dir < 0)
		return err_msg(e, why.num, "%s", why.text);
	clients = lock_clients(state_dir, container, e);
	return clients < 0 ? clients : stop_locked(state_dir, container, ifname, e);
}

/* What is left when a start was killed before its client was on record. */
static int sweep(const char *state_dir, const char *container, struct err *e)
{
	autofree char *path = dhcp_dir_path(state_dir, container);
	struct err why = { 0 };
	autofd int lock = dhcp_lock(state_dir, false, &why);

	if (lock < 0)
		return lock == -ENOENT ? 0 : err_msg(e, why.num, "%s", why.text);
	leftovers_remove(AT_FDCWD, path, NULL);
	remove_dir(state_dir, container);
	return 0;
}

/* By the files' names: a record that is damaged is not to keep the others. */
int dhcp_stop_all(const char *state_dir, const char *container, struct err *e)
{
	autofree char *path = dhcp_dir_path(state_dir, container);
	autostrv char **ifnames = NULL;
	int n = 0, r = attach_check_name(container, e);

	if (r == 0)
		r = dir_names(path, ".json", &ifnames, e);
	for (char **name = ifnames; r >= 0 && name && *name; name++) {
		r = dhcp_stop(state_dir, container, *name, e);
		n += r > 0;
	}
	return r < 0 ? r : sweep(state_dir, container, e) < 0 ? -EIO : n;
}
