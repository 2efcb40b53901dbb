/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/scope.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define REMOVE_MS 10000
#define FOREIGN_MS 3000
/* Passes of SIGKILL: a cgroup that forks faster than this many passes is not meant to be caught. */
#define KILL_PASSES 1000
/* Signalled at a time: bounds the descriptors that are open. */
#define BATCH 64

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static bool has(const struct pid_list *sorted, pid_t pid)
{
	return sorted->n > 0 &&
	       bsearch(&pid, sorted->v, sorted->n, sizeof(*sorted->v), compare) != NULL;
}

/* Sorted, each once. */
static int read_pids(const struct place *p, struct pid_list *out, struct err *e)
{
	size_t kept = 0;
	int r = tree_pids(p->root, p->path, out, e);

	if (r < 0 || out->n == 0)
		return r;
	qsort(out->v, out->n, sizeof(*out->v), compare);
	for (size_t i = 0; i < out->n; i++)
		if (kept == 0 || out->v[kept - 1] != out->v[i])
			out->v[kept++] = out->v[i];
	out->n = kept;
	return 0;
}

bool cgroup_lists_processes(const struct cgroup *cg)
{
	return cgroup_process_place(cg) != NULL;
}

int cgroup_pids(struct cgroup *cg, pid_t **pids, size_t *n, struct err *e)
{
	const struct place *p = cgroup_process_place(cg);
	_cleanup_(pid_list_done) struct pid_list l = { 0 };
	int r = p ? read_pids(p, &l, e) : 0;

	if (r < 0)
		return r;
	*n = l.n;
	*pids = TAKE(l.v);
	return 0;
}

/*
 * Between reading a pid and signalling it, its process may end and the number may be given to a
 * stranger. So: open a pidfd on each, read the list again, and signal those that are still in it.
 * A pidfd on a stranger is then of a number that is not in the list; and a number in the list
 * whose pidfd was opened too early or too late belongs to a process that is dead.
 */
static int signal_batch(const struct place *p, const pid_t *v, size_t n, int sig, struct err *e)
{
	_cleanup_(pid_list_done) struct pid_list still = { 0 };
	int fds[BATCH], r;

	for (size_t i = 0; i < n; i++) {
		fds[i] = v[i] == getpid() ? -ESRCH : pidfd_open_(v[i]);
		if (fds[i] == -1)
			fds[i] = -errno;
	}
	r = read_pids(p, &still, e);
	for (size_t i = 0; i < n; i++) {
		int s = MIN(fds[i], 0);

		if (r < 0 || !has(&still, v[i]))
			s = 0;
		else if (fds[i] >= 0)
			s = pidfd_signal(fds[i], sig);
		(void)fd_close(fds[i]);
		if (s < 0 && s != -ESRCH && r == 0)
			r = err_set(e, -s, "signal process %d", (int)v[i]);
	}
	return r;
}

static int signal_list(const struct place *p, const struct pid_list *l, int sig, struct err *e)
{
	for (size_t i = 0; i < l->n; i += BATCH) {
		int r = signal_batch(p, l->v + i, MIN(l->n - i, (size_t)BATCH), sig, e);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Until a pass finds no process that the one before did not: those are dying, and fork no more. */
static int kill_place(const struct place *p, struct err *e)
{
	_cleanup_(pid_list_done) struct pid_list before = { 0 };
	int r;

	for (unsigned pass = 0; pass < KILL_PASSES; pass++) {
		_cleanup_(pid_list_done) struct pid_list now = { 0 }, new = { 0 };

		r = read_pids(p, &now, e);
		if (r < 0)
			return r;
		for (size_t i = 0; i < now.n; i++)
			if (!has(&before, now.v[i]))
				pid_list_add(&new, now.v[i]);
		if (new.n == 0)
			return 0;
		r = signal_list(p, &new, SIGKILL, e);
		if (r < 0)
			return r;
		pid_list_done(&before);
		before = now;
		now = (struct pid_list){ 0 };
	}
	return 0;
}

/* A dead process cannot be revived, so whatever thaws goes straight to its end. */
static int thaw_all(const struct cgroup *cg, struct err *e)
{
	for (size_t i = 0; i < cg->n; i++) {
		int r = cg->v[i].ops->thaw_all(&cg->v[i], e);

		if (r < 0)
			return r;
	}
	return 0;
}

int cgroup_signal(struct cgroup *cg, int sig, struct err *e)
{
	const struct place *p = cgroup_process_place(cg);
	_cleanup_(pid_list_done) struct pid_list l = { 0 };
	int r;

	if (!p)
		return 0;
	if (sig == SIGKILL) {
		r = p->ops->kill(p, e);
		if (r == 0)
			r = kill_place(p, e);
		return r < 0 ? r : thaw_all(cg, e);
	}
	r = read_pids(p, &l, e);
	return r < 0 ? r : signal_list(p, &l, sig, e);
}

/* Waits for the end of one of the processes there; others have then often ended, too. */
static int wait_one(const struct place *p, int timeout_ms, size_t *left, struct err *e)
{
	_cleanup_(pid_list_done) struct pid_list l = { 0 };
	autofd int fd = -1;
	int r;

	r = read_pids(p, &l, e);
	if (r < 0)
		return r;
	*left = l.n;
	if (l.n > 0 && l.v[0] != getpid() && !p->v2)
		fd = pidfd_open_(l.v[0]);
	if (fd >= 0 && pidfd_poll(fd, timeout_ms) != 0)
		return 0;
	p->ops->wait_empty(p, timeout_ms);
	return 0;
}

/*
 * No new process may take the place of one that is killed. The container is at its end, so nobody
 * misses what is forbidden here; v2's cgroup.kill needs no such help.
 */
static void forbid_forks(const struct cgroup *cg)
{
	const struct place *p = cgroup_place_with(cg, CTRL_PIDS);
	char path[CGROUP_FILE_MAX];

	/* Without it, killing takes more passes, that is all. */
	if (p && !p->v2)
		(void)cgroup_write(p->root, place_file(p, path, "pids.max"), "0");
}

static int empty_place(const struct cgroup *cg, const struct place *p, int timeout_ms, size_t *left,
		       struct err *e)
{
	int r;

	r = p->ops->kill(p, e);
	if (r == 0)
		r = kill_place(p, e);
	if (r >= 0)
		r = thaw_all(cg, e);
	return r < 0 ? r : wait_one(p, timeout_ms, left, e);
}

/* Whoever is in it belongs to somebody else, or is about to be gone. */
static int remove_when_empty(const struct place *p, struct err *e)
{
	int64_t deadline = monotonic_ms() + FOREIGN_MS, now;
	size_t left = 0;
	int r;

	while ((r = tree_remove(p->root, p->path, e)) == -EBUSY) {
		now = monotonic_ms();
		if (now >= deadline)
			return err_msg(e, EBUSY,
				       "remove cgroup %s/%s: %zu process(es) in it are not the "
				       "container's",
				       p->name, p->path, left);
		r = wait_one(p, (int)(deadline - now), &left, e);
		if (r < 0)
			return r;
	}
	return r;
}

static int remove_busy(const struct cgroup *cg, const struct place *p, struct err *e)
{
	int64_t deadline = monotonic_ms() + REMOVE_MS, now;
	size_t left = 0;
	int r;

	for (;;) {
		r = tree_remove(p->root, p->path, e);
		if (r != -EBUSY)
			return r;
		now = monotonic_ms();
		if (now >= deadline)
			return err_msg(e, EBUSY,
				       "remove cgroup %s/%s: %zu process(es) in it did not end "
				       "within %d s",
				       p->name, p->path, left, REMOVE_MS / 1000);
		r = empty_place(cg, p, (int)(deadline - now), &left, e);
		if (r < 0)
			return err_wrap(e, "remove cgroup %s/%s: ", p->name, p->path);
	}
}

int cgroup_remove(struct cgroup *cg, bool kill, struct err *e)
{
	bool first = true;

	for (size_t i = 0; i < cg->n; i++) {
		const struct place *p = &cg->v[i];
		int r;

		if (unlinkat(p->root, p->path, AT_REMOVEDIR) == 0 || errno == ENOENT)
			continue;
		if (errno != EBUSY)
			return err_set(e, errno, "remove cgroup %s/%s", p->name, p->path);
		if (first && kill)
			forbid_forks(cg);
		first = false;
		r = kill ? remove_busy(cg, p, e) : remove_when_empty(p, e);
		if (r < 0)
			return r;
	}
	return cg->manager == CGROUP_SYSTEMD ? scope_stop(cg->path, e) : 0;
}
