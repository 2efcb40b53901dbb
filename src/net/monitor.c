/* SPDX-License-Identifier: Apache-2.0 */
#include "net/monitor.h"

#include "core/proc.h"
#include "net/interfaces.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

/* What the kernel may keep for us while we are busy; beyond that it drops, and we read anew. */
#define RECEIVE_BUFFER (2 << 20)
#define TIMESTAMP_MAX 48

struct monitor {
	struct loop *loop;
	struct nl *events; /* only listens */
	struct nl *nl;	   /* asks */
	struct monitor_options options;
	monitor_fn *fn;
	void *data;
	struct interfaces told; /* as whoever listens knows them */
	int timer;		/* 0: none is set */
	int64_t first_ms;	/* when the timer was set first */
};

/* ---- lines ---- */

static void format_now(char out[TIMESTAMP_MAX])
{
	struct timespec now;
	struct tm tm;
	char seconds[24];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	(void)strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, TIMESTAMP_MAX, "%s.%06ldZ", seconds, now.tv_nsec / 1000);
}

static void open_event(struct json_out *o, const char *type)
{
	json_out_object(o);
	json_out_name(o, "type");
	json_out_string(o, type);
	json_out_name(o, "data");
}

static int tell(struct monitor *m, const struct interface *f, const char *status)
{
	autojsonout *o = json_out_new(NULL);
	char now[TIMESTAMP_MAX];
	const char *line;
	size_t len;

	format_now(now);
	open_event(o, "network_change");
	interface_encode(f, status, now, o);
	json_out_end(o);
	line = json_out_text(o, &len);
	return m->fn(line, len, m->data);
}

char *monitor_discovery(const struct monitor *m)
{
	autojsonout *o = json_out_new(NULL);
	char now[TIMESTAMP_MAX];

	format_now(now);
	open_event(o, "network_discovery");
	json_out_object(o);
	json_out_name(o, "interfaces");
	json_out_array(o);
	for (size_t i = 0; i < m->told.n; i++)
		interface_encode(&m->told.v[i], NULL, now, o);
	json_out_end(o);
	json_out_name(o, "timestamp");
	json_out_string(o, now);
	json_out_end(o);
	json_out_end(o);
	return xstrdup(json_out_text(o, NULL));
}

/* ---- looking ---- */

/* What was there under this index, before and now; either may be NULL. */
static int compare(struct monitor *m, const struct interface *old, const struct interface *new)
{
	bool renamed = old && new && !str_eq(old->link.name, new->link.name);
	int r = 0;

	if (old && (!new || renamed))
		r = tell(m, old, "removed");
	if (r == 0 && new && (!old || !interface_equal(old, new)))
		r = tell(m, new, NULL);
	return r;
}

/* Tells of the differences between two lists, both by index. */
static int compare_all(struct monitor *m, const struct interfaces *old,
		       const struct interfaces *new)
{
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < old->n || j < new->n)) {
		int a = i < old->n ? old->v[i].link.index : INT_MAX;
		int b = j < new->n ? new->v[j].link.index : INT_MAX;

		r = compare(m, a <= b ? &old->v[i] : NULL, b <= a ? &new->v[j] : NULL);
		i += a <= b;
		j += b <= a;
	}
	return r;
}

static int on_timer(struct loop *l, int id, uint32_t events, void *data);

/* Looks once things are quiet, but does not wait for that for ever. */
static void look_later(struct monitor *m)
{
	int64_t now = monotonic_ms(), due = now + m->options.debounce_ms, last;

	if (m->timer)
		loop_timer_cancel(m->loop, m->timer);
	else
		m->first_ms = now;
	last = m->first_ms + (int64_t)MONITOR_PATIENCE * m->options.debounce_ms;
	m->timer = loop_timer(m->loop, MIN(due, last) - now, on_timer, m);
}

static int on_timer(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct monitor *m = data;
	struct interfaces now = { 0 }, before = m->told;
	int r;

	m->timer = 0;
	/* Overtaken by changes even when it was repeated, or no memory: another time. */
	if (interfaces_load(m->nl, m->options.all, &now, NULL) < 0) {
		look_later(m);
		return 0;
	}
	m->told = now;
	r = compare_all(m, &before, &now);
	interfaces_done(&before);
	return r;
}

/* ---- the kernel's messages ---- */

static void forget(struct monitor *m, struct interface *f)
{
	struct interface *end = m->told.v + m->told.n;

	free(f->addresses);
	memmove(f, f + 1, (size_t)(end - (f + 1)) * sizeof(*f));
	m->told.n--;
}

/* That an interface is down or gone cannot wait. */
static int take_link(const struct nlmsghdr *msg, void *data, struct err *e _unused_)
{
	const struct ifinfomsg *body = nl_body(msg, sizeof(*body));
	struct monitor *m = data;
	struct interface *f;
	struct link link;
	int r;

	/* A port that leaves a bridge is a DELLINK, too, of another family. */
	if ((msg->nlmsg_type != RTM_NEWLINK && msg->nlmsg_type != RTM_DELLINK) || !body ||
	    body->ifi_family != AF_UNSPEC || !link_read(msg, &link))
		return 0;
	f = interfaces_find(&m->told, link.index);
	if (f && msg->nlmsg_type == RTM_DELLINK) {
		r = tell(m, f, "removed");
		forget(m, f);
		return r;
	}
	if (!f || interface_is_down(&f->link) || !interface_is_down(&link) ||
	    !str_eq(link.name, f->link.name))
		return 0;
	f->link = link;
	return tell(m, f, NULL);
}

static int on_events(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_, void *data)
{
	struct monitor *m = data;
	int r = nl_events(m->events, take_link, m, NULL);

	if (r > 0 || r == -ENOBUFS)
		look_later(m);
	return r == -ENOBUFS ? 0 : MIN(r, 0);
}

/* ---- */

static int start(struct monitor *m, struct err *e)
{
	static const unsigned groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE };
	int size = RECEIVE_BUFFER, r = nl_open(&m->events, e);

	if (r == 0)
		r = nl_open(&m->nl, e);
	/* Without the privilege it is what the host allows. */
	if (r == 0 &&
	    setsockopt(nl_fd(m->events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(nl_fd(m->events), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(groups); i++)
		r = nl_listen(m->events, groups[i], e);
	/* Only now, so that nothing is missed in between. */
	if (r == 0)
		r = interfaces_load(m->nl, m->options.all, &m->told, e);
	if (r == 0)
		r = loop_add(m->loop, nl_fd(m->events), EPOLLIN, on_events, m, e);
	return r;
}

int monitor_new(struct loop *l, const struct monitor_options *options, monitor_fn *fn, void *data,
		struct monitor **out, struct err *e)
{
	struct monitor *m = xcalloc(1, sizeof(*m));
	int r;

	m->loop = l;
	m->options = *options;
	m->fn = fn;
	m->data = data;
	r = start(m, e);
	if (r < 0)
		monitor_free(m);
	else
		*out = m;
	return r;
}

void monitor_free(struct monitor *m)
{
	if (!m)
		return;
	if (m->timer)
		loop_timer_cancel(m->loop, m->timer);
	if (m->events)
		loop_remove(m->loop, nl_fd(m->events));
	nl_close(m->events);
	nl_close(m->nl);
	interfaces_done(&m->told);
	free(m);
}
