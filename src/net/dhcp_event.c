/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_event.h"

#include "core/strv.h"
#include "net/attach.h"
#include "net/dhcp_apply.h"
#include "net/dhcp_record.h"
#include "net/link.h"
#include "net/process_id.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

struct event {
	char *dir_path; /* <state_dir>/dhcp/<container> */
	char *ifname;
	const char *name;
	char *const *env;
	int dir;
	int lock;
	struct dhcp_record record;
	struct nl *nl;
	struct link link;
};

static void event_done(struct event *ev)
{
	nl_close(ev->nl);
	dhcp_record_done(&ev->record);
	fd_close_p(&ev->dir);
	fd_close_p(&ev->lock);
	free(ev->dir_path);
	free(ev->ifname);
}

/* "<state_dir>/dhcp/<container>/<interface>.json" in its parts. */
static int split_path(const char *path, struct event *ev, char **state_dir, char **container,
		      struct err *e)
{
	autostrv char **v = strv_split(path, '/');
	size_t n = strv_len(v), len = n ? strlen(v[n - 1]) : 0;
	size_t head;

	if (path[0] != '/' || n < 4 || len <= 5 || !str_eq(v[n - 3], "dhcp") ||
	    !str_eq(v[n - 1] + len - 5, ".json"))
		return err_msg(e, EINVAL, "\"%s\": not the record of a DHCP client", path);
	ev->ifname = xstrndup(v[n - 1], len - 5);
	ev->dir_path = xstrndup(path, strlen(path) - len - 1);
	head = strlen(ev->dir_path) - strlen(v[n - 2]) - strlen("/dhcp/");
	*state_dir = xstrndup(path, head);
	*container = xstrdup(v[n - 2]);
	return 0;
}

/* Whether the client on record is who runs us. Returns 1, 0, or -errno. */
static int is_from_client(struct event *ev, struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	uint64_t start_time;
	int r = dhcp_record_load(ev->dir, ev->ifname, &ev->record, e);

	if (r > 0)
		r = process_boot_id(boot_id, e) < 0 ? -EIO : 1;
	if (r <= 0)
		return r;
	if (ev->record.pid != getppid() || !str_eq(ev->record.boot_id, boot_id))
		return 0;
	return process_identify((pid_t)ev->record.pid, &start_time, NULL) == 0 &&
	       start_time == ev->record.start_time;
}

static int event_open(const char *path, struct event *ev, struct err *e)
{
	autofree char *state_dir = NULL, *container = NULL;
	struct err why = { 0 };
	int r = split_path(path, ev, &state_dir, &container, e);

	if (r < 0)
		return r;
	/* A client whose records somebody threw away is not to make them anew. */
	ev->lock = dhcp_lock(state_dir, false, &why);
	if (ev->lock < 0)
		return ev->lock == -ENOENT ? 0 : err_msg(e, why.num, "%s", why.text);
	ev->dir = dhcp_dir_open(state_dir, container, false, &why);
	if (ev->dir == -ENOENT)
		return 0;
	return ev->dir < 0 ? err_msg(e, why.num, "%s", why.text) : is_from_client(ev, e);
}

static int open_link(struct event *ev, struct err *e)
{
	int r = nl_open(&ev->nl, e);

	return r < 0 ? r : link_get(ev->nl, ev->ifname, &ev->link, e);
}

/* ---- the lease file ---- */

static char *text_of(const struct ip *ip)
{
	char text[IP_TEXT_MAX];

	return ip_is_set(ip) ? xstrdup(ip_format_address(ip, text)) : NULL;
}

static char *text_or_null(const char *text)
{
	return *text ? xstrdup(text) : NULL;
}

static struct ip mask_of(uint8_t prefix)
{
	struct ip all = { .family = AF_INET, .prefix = prefix };

	memset(all.bytes, 0xff, 4);
	return ip_network(&all);
}

static char *join_dns(const struct dhcp_config *c)
{
	autostr out = { 0 };
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < c->n_dns; i++)
		str_addf(&out, "%s%s", i ? " " : "", ip_format_address(&c->dns[i], text));
	return out.len ? str_take(&out) : NULL;
}

static void fill_routes(const struct dhcp_config *c, struct dhcp_lease *l)
{
	char text[IP_TEXT_MAX];

	if (c->n_routes == 0)
		return;
	l->routes = xcalloc(c->n_routes, sizeof(*l->routes));
	for (; l->n_routes < c->n_routes; l->n_routes++)
		l->routes[l->n_routes] = (struct dhcp_route){
			.destination = xstrdup(ip_format(&c->routes[l->n_routes].dst, text)),
			.gateway = text_of(&c->routes[l->n_routes].gateway),
		};
}

static void fill_config(const struct dhcp_config *c, struct dhcp_lease *l)
{
	struct ip mask = mask_of(c->address.prefix), broadcast = ip_broadcast(&c->address);

	l->ip = text_of(&c->address);
	l->prefix = c->address.prefix;
	l->mask = xasprintf("%u", c->address.prefix);
	l->subnet = text_of(&mask);
	l->broadcast = text_of(&broadcast);
	l->router = text_of(&c->gateway);
	l->dns = join_dns(c);
	l->domain = text_or_null(c->domain);
	l->hostname = text_or_null(c->hostname);
	l->mtu = c->mtu;
	l->ntpsrv = text_of(&c->ntp);
	l->lease = c->lease_s;
	l->serverid = text_of(&c->server);
	fill_routes(c, l);
}

static char *timestamp(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	(void)gmtime_r(&now, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return xstrdup(text);
}

/* @c: NULL when there is no lease. */
static int write_lease(struct event *ev, const struct dhcp_config *c, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	_cleanup_(dhcp_lease_done) struct dhcp_lease l = {
		.interface = xstrdup(ev->ifname),
		.event = xstrdup(ev->name),
		.error = c ? NULL : xstrdup("lease_failed"),
		.timestamp = timestamp(),
		.mac = xstrdup(mac_format(&ev->link.mac, mac)),
		.boot_id = xstrdup(ev->record.boot_id),
		.pid = ev->record.pid,
		.start_time = ev->record.start_time,
		.since = dhcp_now(),
	};

	if (c)
		fill_config(c, &l);
	return dhcp_lease_save(ev->dir, ev->ifname, &l, e);
}

/* ---- DNS: of all of the container's leases ---- */

struct resolvers {
	char **dns;
	char *domain;
};

static void resolvers_done(struct resolvers *r)
{
	strv_free(r->dns);
	free(r->domain);
}

static int add_resolvers(const struct dhcp_status *s, void *data, struct err *e _unused_)
{
	struct resolvers *all = data;
	autostrv char **v = s->lease.dns ? strv_split(s->lease.dns, ' ') : NULL;

	for (size_t i = 0; i < strv_len(v); i++)
		strv_push(&all->dns, v[i]);
	if (!all->domain && s->lease.domain)
		all->domain = xstrdup(s->lease.domain);
	return 0;
}

static int write_resolv(struct event *ev, struct err *e)
{
	const struct resolv_target target = {
		.kind = (enum resolv_kind)ev->record.resolv_kind,
		.pid = (pid_t)ev->record.resolv_pid,
		.start_time = ev->record.resolv_start_time,
		.path = ev->record.resolv_path,
	};
	autofree char *state_dir =
		xstrndup(ev->dir_path,
			 strlen(ev->dir_path) - strlen(ev->record.container) - strlen("/dhcp/"));
	_cleanup_(resolvers_done) struct resolvers all = { 0 };
	autostr text = { 0 };
	int r;

	if (target.kind == RESOLV_NONE)
		return 0;
	r = dhcp_each(state_dir, ev->record.container, add_resolvers, &all, e);
	if (r == -EUCLEAN)
		r = 0; /* another interface's servers are missing: better than none */
	if (r < 0 || !all.dns)
		return r;
	resolv_text(ev->record.container, all.dns, all.domain, &text);
	return resolv_write(&target, text.p, text.len, e);
}

/* ---- one function per event ---- */

static int on_deconfig(struct event *ev, struct str *ignored _unused_, struct err *e)
{
	int r = dhcp_file_remove(ev->dir, ev->ifname, DHCP_FILE_LEASE, e);

	return r < 0 ? r : dhcp_apply_nothing(ev->nl, &ev->link, e);
}

/* Half a lease is none. */
static int apply(struct event *ev, const struct dhcp_config *c, struct str *ignored, struct err *e)
{
	const struct dhcp_apply how = {
		.metric = (uint32_t)ev->record.metric,
		.no_default = ev->record.no_default,
	};
	int r = dhcp_apply(ev->nl, &ev->link, &how, c, ignored, e);

	if (r == 0)
		r = write_lease(ev, c, e);
	if (r < 0) {
		(void)dhcp_file_remove(ev->dir, ev->ifname, DHCP_FILE_LEASE, NULL);
		(void)dhcp_apply_nothing(ev->nl, &ev->link, NULL);
	}
	return r;
}

static int on_lease(struct event *ev, struct str *ignored, struct err *e)
{
	struct err why = { 0 };
	struct dhcp_config c;
	int r = dhcp_config_parse(ev->env, &c, ignored, e);

	if (r == 0)
		r = dhcp_apply_check(ev->nl, &ev->link, &c, ignored, e);
	if (r == 0)
		r = apply(ev, &c, ignored, e);
	/* An address without DNS is better than neither. */
	if (r == 0 && write_resolv(ev, &why) < 0)
		str_addf(ignored, "%s%s", ignored->len ? "; " : "", why.text);
	return r;
}

static int on_leasefail(struct event *ev, struct str *ignored _unused_, struct err *e)
{
	return write_lease(ev, NULL, e);
}

static const struct {
	const char *name;
	int (*run)(struct event *ev, struct str *ignored, struct err *e);
} handlers[] = {
	{ "deconfig", on_deconfig },
	{ "bound", on_lease },
	{ "renew", on_lease },
	{ "leasefail", on_leasefail },
};

static int handle(struct event *ev, struct str *ignored, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
		if (str_eq(handlers[i].name, ev->name))
			return handlers[i].run(ev, ignored, e);
	return 0; /* "nak" is followed by "deconfig" */
}

int dhcp_event(const char *record, const char *event, char *const *env, struct err *e)
{
	_cleanup_(
		event_done) struct event ev = { .name = event, .env = env, .dir = -1, .lock = -1 };
	autostr ignored = { 0 };
	struct err why = { 0 };
	int r = event_open(record, &ev, e);

	if (r <= 0)
		return r;
	r = open_link(&ev, &why);
	if (r == 0)
		r = handle(&ev, &ignored, &why);
	if (r < 0)
		str_addf(&ignored, "%s%s", ignored.len ? "; " : "", why.text);
	/* What was refused of the last lease stays to be read while there is none. */
	if (ignored.len > 0 || str_eq(event, "bound") || str_eq(event, "renew"))
		(void)dhcp_error_save(ev.dir, ev.ifname, ignored.p, NULL);
	return r < 0 ? err_msg(e, why.num, "DHCP on %s: %s", ev.ifname, why.text) : 0;
}
