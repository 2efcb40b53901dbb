/* SPDX-License-Identifier: Apache-2.0 */
#include "core/loop.h"
#include "core/proc.h"
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 32

struct source {
	int fd;
	loop_fn *fn; /* NULL once removed */
	void *data;
	struct source *next; /* in the list of removed ones */
};

struct timer {
	int id;
	int64_t due_ms;
	loop_fn *fn;
	void *data;
	struct timer *next;
};

struct loop {
	int epoll;
	struct source **sources; /* by descriptor */
	size_t n_slots, n_sources;
	struct source *removed; /* an event that was fetched already may still point to them */
	struct timer *timers;	/* the next one first */
	int last_id;
};

struct loop *loop_new(struct err *e)
{
	struct loop *l;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0) {
		err_set(e, errno, "epoll_create");
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->epoll = fd;
	return l;
}

static void free_removed(struct loop *l)
{
	while (l->removed) {
		struct source *s = l->removed;

		l->removed = s->next;
		free(s);
	}
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n_slots; i++)
		free(l->sources[i]);
	free(l->sources);
	free_removed(l);
	while (l->timers) {
		struct timer *t = l->timers;

		l->timers = t->next;
		free(t);
	}
	(void)fd_close(l->epoll);
	free(l);
}

static struct source *find(const struct loop *l, int fd)
{
	return fd >= 0 && (size_t)fd < l->n_slots ? l->sources[fd] : NULL;
}

static int control(struct loop *l, int op, struct source *s, uint32_t events, struct err *e)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	if (epoll_ctl(l->epoll, op, s->fd, &ev) < 0)
		return err_set(e, errno, "watch descriptor %d", s->fd);
	return 0;
}

static void grow_slots(struct loop *l, size_t n)
{
	if (n <= l->n_slots)
		return;
	l->sources = xrealloc(l->sources, n, sizeof(struct source *));
	memset(l->sources + l->n_slots, 0, (n - l->n_slots) * sizeof(struct source *));
	l->n_slots = n;
}

int loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *data, struct err *e)
{
	struct source *s = find(l, fd);
	int r;

	if (s) {
		r = control(l, EPOLL_CTL_MOD, s, events, e);
		if (r < 0)
			return r;
		s->fn = fn;
		s->data = data;
		return 0;
	}
	s = xcalloc(1, sizeof(*s));
	s->fd = fd;
	s->fn = fn;
	s->data = data;
	r = control(l, EPOLL_CTL_ADD, s, events, e);
	if (r < 0) {
		free(s);
		return r;
	}
	grow_slots(l, (size_t)fd + 1);
	l->sources[fd] = s;
	l->n_sources++;
	return 0;
}

int loop_modify(struct loop *l, int fd, uint32_t events, struct err *e)
{
	struct source *s = find(l, fd);

	return s ? control(l, EPOLL_CTL_MOD, s, events, e) :
		   err_set(e, ENOENT, "watch descriptor %d", fd);
}

void loop_remove(struct loop *l, int fd)
{
	struct source *s = find(l, fd);

	if (!s)
		return;
	/* A descriptor that was closed before has left the set by itself. */
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
	l->sources[fd] = NULL;
	l->n_sources--;
	s->fn = NULL;
	s->next = l->removed;
	l->removed = s;
}

int loop_timer(struct loop *l, int64_t after_ms, loop_fn *fn, void *data)
{
	struct timer **at = &l->timers, *t = xcalloc(1, sizeof(*t));

	l->last_id = l->last_id == INT_MAX ? 1 : l->last_id + 1;
	t->id = l->last_id;
	if (__builtin_add_overflow(monotonic_ms(), MAX(after_ms, 0), &t->due_ms))
		t->due_ms = INT64_MAX;
	t->fn = fn;
	t->data = data;
	while (*at && (*at)->due_ms <= t->due_ms)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	return t->id;
}

void loop_timer_cancel(struct loop *l, int id)
{
	for (struct timer **at = &l->timers; *at; at = &(*at)->next) {
		struct timer *t = *at;

		if (t->id == id) {
			*at = t->next;
			free(t);
			return;
		}
	}
}

static int run_timers(struct loop *l)
{
	int64_t now = monotonic_ms();
	int last = l->last_id, r = 0;

	/* One that a callback sets anew has to wait its turn, behind the descriptors. */
	while (r == 0 && l->timers && l->timers->due_ms <= now && l->timers->id <= last) {
		struct timer *t = l->timers;

		l->timers = t->next;
		r = t->fn(l, t->id, 0, t->data);
		free(t);
	}
	return r;
}

static int next_timeout(const struct loop *l)
{
	int64_t left;

	if (!l->timers)
		return -1;
	left = l->timers->due_ms - monotonic_ms();
	return (int)MIN(MAX(left, 0), INT_MAX);
}

static int dispatch(struct loop *l, const struct epoll_event *events, int n)
{
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		struct source *s = events[i].data.ptr;

		if (s->fn)
			r = s->fn(l, s->fd, events[i].events, s->data);
	}
	free_removed(l);
	return r;
}

int loop_run(struct loop *l, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];
	int n, r = 0;

	while (r == 0) {
		if (l->n_sources == 0 && !l->timers)
			return err_msg(e, EDEADLK, "the event loop has nothing to wait for");
		n = epoll_wait(l->epoll, events, EVENTS_MAX, next_timeout(l));
		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "epoll_wait");
		r = dispatch(l, events, MAX(n, 0));
		if (r == 0)
			r = run_timers(l);
	}
	return r;
}
