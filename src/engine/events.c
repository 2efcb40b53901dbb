/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/events.h"

#include "core/loop.h"
#include "engine/cgroup/oom.h"
#include "engine/rdt_container.h"

#include <errno.h>
#include <sys/epoll.h>

#define LOOP_END 1

static int open_cgroup(struct container *c, struct cgroup **out, struct err *e)
{
	if (c->pidfd < 0)
		return err_msg(e, ESRCH, "container with id %s is not running", c->id);
	return container_cgroup(c, out, e);
}

static int read_stats(const struct container *c, const struct cgroup *cg, struct cgroup_stats *out,
		      struct err *e)
{
	int r = cgroup_stats(cg, out, e);

	if (r == 0)
		r = container_rdt_stats(c, &out->rdt, e);
	if (r < 0)
		cgroup_stats_done(out);
	return r;
}

int container_stats(struct container *c, struct cgroup_stats *out, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r;

	r = open_cgroup(c, &cg, e);
	return r < 0 ? r : read_stats(c, cg, out, e);
}

/* The watch of a container. */
struct watch {
	const struct container *c;
	const struct cgroup *cg;
	const struct event_sink *sink;
	struct oom_watch *oom;
	int64_t interval_ms;
	struct err *e;
};

static int on_interval(struct loop *l, int timer _unused_, uint32_t events _unused_, void *data)
{
	struct watch *w = data;
	autostats s = { 0 };
	int r;

	r = read_stats(w->c, w->cg, &s, w->e);
	if (r == -ENOENT)
		return LOOP_END;
	if (r == 0)
		r = w->sink->stats(&s, w->sink->data, w->e);
	if (r == 0)
		(void)loop_timer(l, w->interval_ms, on_interval, w);
	return r;
}

static int on_oom(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_, void *data)
{
	struct watch *w = data;
	int what = oom_watch_read(w->oom, w->e), r = 0;

	if (what < 0)
		return what;
	if (what & OOM_HAPPENED)
		r = w->sink->oom(w->sink->data, w->e);
	if (r == 0 && what & OOM_END)
		r = LOOP_END;
	return r;
}

static int on_death(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_,
		    void *data _unused_)
{
	return LOOP_END;
}

static int watch_run(struct watch *w, struct err *e)
{
	struct loop *l = loop_new(e);
	int r = l ? 0 : -EIO;

	if (r == 0 && w->oom)
		r = loop_add(l, oom_watch_fd(w->oom), EPOLLIN, on_oom, w, e);
	/* Without a memory controller it is init that tells of the end. */
	if (r == 0 && !w->oom)
		r = loop_add(l, w->c->pidfd, EPOLLIN, on_death, w, e);
	if (r == 0) {
		(void)loop_timer(l, w->interval_ms, on_interval, w);
		r = loop_run(l, e);
	}
	loop_free(l);
	return MIN(r, 0);
}

int container_events(struct container *c, int64_t interval_ms, const struct event_sink *sink,
		     struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	_cleanup_(oom_watch_free_p) struct oom_watch *oom = NULL;
	struct watch w = { .c = c, .sink = sink, .interval_ms = interval_ms, .e = e };
	int r;

	r = open_cgroup(c, &cg, e);
	if (r == 0)
		r = oom_watch_new(cg, &oom, e);
	if (r < 0)
		return r;
	w.cg = cg;
	w.oom = oom;
	return watch_run(&w, e);
}
