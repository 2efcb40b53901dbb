/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "core/proc_spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* After the leader's end a process that left the group may still write: what fits into a pipe is
 * the leader's, more is not waited for. */
#define DRAIN_MAX (1024 * 1024)

struct run {
	const struct proc_run *in;
	struct proc_spawn child;
	size_t fed;
	size_t kept;
	int64_t deadline; /* INT64_MAX: none */
};

static int time_left(const struct run *r)
{
	int64_t left;

	if (r->deadline == INT64_MAX)
		return -1;
	left = r->deadline - monotonic_ms();
	return (int)MIN(MAX(left, 0), INT_MAX);
}

/* The child takes as much input as it likes; that it closes its end is no failure of ours. */
static int feed(struct run *r, struct err *e)
{
	ssize_t n = write(r->child.input, r->in->input + r->fed, r->in->input_len - r->fed);

	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != EPIPE)
		return err_set(e, errno, "write to %s", r->in->path);
	if (n > 0)
		r->fed += (size_t)n;
	if ((n < 0 && errno == EPIPE) || r->fed == r->in->input_len)
		r->child.input = fd_close(r->child.input);
	return 0;
}

/* Reads once, keeping what there is room for. Returns the bytes read, 0 when there is nothing. */
static size_t capture(struct run *r)
{
	char buf[65536];
	ssize_t n = read(r->child.output, buf, sizeof(buf));
	size_t keep;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		r->child.output = fd_close(r->child.output);
		return 0;
	}
	keep = MIN((size_t)n, r->in->output_max - r->kept);
	if (keep > 0)
		str_add_bytes(r->in->output, buf, keep);
	r->kept += keep;
	return (size_t)n;
}

static void drain(struct run *r)
{
	size_t n, total = 0;

	while (r->child.output >= 0 && total < DRAIN_MAX && (n = capture(r)) > 0)
		total += n;
}

/* Feeds and captures until the leader has ended. Returns 1, 0 at the deadline, or -errno. */
static int attend(struct run *r, struct err *e)
{
	int interrupt = r->in->interrupt_fd > 0 ? r->in->interrupt_fd : -1;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = r->child.pidfd, .events = POLLIN },
			{ .fd = r->child.output, .events = POLLIN },
			{ .fd = r->child.input, .events = POLLOUT },
			{ .fd = interrupt, .events = POLLIN },
		};
		int n = poll(p, ARRAY_SIZE(p), time_left(r)), fed;

		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "wait for %s", r->in->path);
		if (n == 0)
			return 0;
		if (n > 0 && p[3].revents)
			return err_msg(e, EINTR, "%s was interrupted", r->in->path);
		fed = n > 0 && p[2].revents ? feed(r, e) : 0;
		if (fed < 0)
			return fed;
		if (n > 0 && p[1].revents)
			capture(r);
		if (n > 0 && p[0].revents)
			return 1;
		/* A child that never stops writing keeps poll from timing out. */
		if (time_left(r) == 0)
			return 0;
	}
}

/* While the leader is not reaped its number is taken, so the group is nobody else's. */
static int end_group(struct run *r, int *status, struct err *e)
{
	int res;

	(void)kill(-r->child.pid, SIGKILL);	     /* the group may be gone */
	(void)pidfd_signal(r->child.pidfd, SIGKILL); /* it may have left its group, or have ended */
	drain(r);
	res = pidfd_wait(r->child.pidfd, -1, status, e);
	return res < 0 ? res : 0;
}

static int attend_and_end(struct run *r, struct err *e)
{
	int status = 0, ended, res;

	ended = proc_spawn_wait(&r->child, r->in, time_left(r), e);
	if (ended > 0)
		ended = attend(r, e);
	res = end_group(r, &status, ended < 0 ? NULL : e);
	if (ended == 0)
		return err_msg(e, ETIMEDOUT, "%s did not end within %lld ms", r->in->path,
			       (long long)r->in->timeout_ms);
	if (ended < 0)
		return ended;
	return res < 0 ? res : status;
}

/* SIGPIPE from the pipe to the child is blocked and taken out again, unless it was pending before:
 * a library leaves the program's signals as they were. */
int proc_run(const struct proc_run *run, struct err *e)
{
	struct run r = { .in = run, .deadline = INT64_MAX };
	const struct timespec now = { 0 };
	sigset_t pipe_set, old, pending;
	int res;

	if (run->timeout_ms > 0)
		r.deadline = monotonic_ms() + run->timeout_ms;
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	sigprocmask(SIG_BLOCK, &pipe_set, &old);
	res = proc_spawn(run, &r.child, e);
	if (res >= 0)
		res = attend_and_end(&r, e);
	proc_spawn_done(&r.child);
	if (!sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe_set, NULL, &now) < 0 && errno == EINTR)
			continue;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return res;
}
