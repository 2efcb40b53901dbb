/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc_spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

#define FIRST_FD 3

/* What the child writes when it cannot become the program. */
struct failure {
	int num;
	bool cwd; /* it was the directory */
};

/* The child's ends, -1 for /dev/null. */
struct ends {
	int input, output, failure;
};

static void ends_close(struct ends *s)
{
	fd_close_p(&s->input);
	fd_close_p(&s->output);
	fd_close_p(&s->failure);
}

/* A pipe whose ends are no standard descriptors, even when the program was started without some. */
static int high_pipe(int out[2])
{
	int low[2], r = 0;

	if (pipe2(low, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		out[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FD);
		if (out[i] < 0)
			r = -errno;
	}
	(void)fd_close(low[0]);
	(void)fd_close(low[1]);
	return r;
}

/* A pipe of which one end is ours, @write_end or the other, non-blocking. */
static int make_pipe(bool write_end, int *ours, int *theirs)
{
	int p[2] = { -1, -1 };
	int r = high_pipe(p);

	*ours = p[write_end];
	*theirs = p[!write_end];
	if (r >= 0 && fcntl(*ours, F_SETFL, O_NONBLOCK) < 0)
		r = -errno;
	return r;
}

static int make_pipes(const struct proc_run *run, struct proc_spawn *s, struct ends *theirs)
{
	int r;

	r = make_pipe(false, &s->failure, &theirs->failure);
	if (r >= 0 && run->input)
		r = make_pipe(true, &s->input, &theirs->input);
	if (r >= 0 && run->output)
		r = make_pipe(false, &s->output, &theirs->output);
	return r;
}

/* Linux before 5.11 has no CLOSE_RANGE_CLOEXEC: one by one, as many as there can be. */
void proc_close_on_exec(int first)
{
	struct rlimit limit;
	int max;

	if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	max = (int)MIN(limit.rlim_cur, (rlim_t)INT_MAX);
	for (int fd = first; fd < max; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static bool set_stdio(const struct proc_run *run, const struct ends *ends)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high = fcntl(null_fd, F_DUPFD_CLOEXEC, FIRST_FD);
	int in = ends->input >= 0 ? ends->input : high;
	int out = ends->output >= 0 ? ends->output : high;

	return dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && (run->keep_stderr || dup2(out, 2) >= 0);
}

_noreturn_ static void become(const struct proc_run *run, const struct ends *ends)
{
	static char *const no_env[] = { NULL };
	struct failure failure = { 0 };

	setpgid(0, 0);
	/* Who started it is not there to end it any more. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signals_reset();
	if (set_stdio(run, ends)) {
		proc_close_on_exec(FIRST_FD);
		if (run->cwd && chdir(run->cwd) < 0)
			failure.cwd = true;
		else
			execve(run->path, run->argv, run->env ? run->env : no_env);
	}
	failure.num = errno;
	/* Eight bytes fit into an empty pipe; there is nobody else to tell. */
	_exit(write(ends->failure, &failure, sizeof(failure)) < 0 ? 126 : 127);
}

/* All signals wait while the child still has our handlers. */
static pid_t fork_into(const struct proc_run *run, const struct ends *ends)
{
	sigset_t all, old;
	pid_t pid;
	int num;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		become(run, ends);
	num = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = num;
	return pid;
}

int proc_spawn(const struct proc_run *run, struct proc_spawn *out, struct err *e)
{
	_cleanup_(ends_close) struct ends theirs = { -1, -1, -1 };
	int r;

	*out = (struct proc_spawn){ .pidfd = -1, .input = -1, .output = -1, .failure = -1 };
	r = make_pipes(run, out, &theirs);
	if (r < 0)
		return err_set(e, -r, "pipe");
	out->pid = fork_into(run, &theirs);
	if (out->pid < 0)
		return err_set(e, errno, "fork");
	/* Here too, so that the group is there before anybody signals it. */
	(void)setpgid(out->pid, out->pid);
	out->pidfd = pidfd_open_(out->pid);
	if (out->pidfd < 0) {
		r = errno;
		(void)kill(-out->pid, SIGKILL);
		(void)kill(out->pid, SIGKILL);
		(void)waitpid(out->pid, NULL, 0);
		return err_set(e, r, "pidfd_open");
	}
	return 0;
}

void proc_spawn_done(struct proc_spawn *s)
{
	fd_close_p(&s->pidfd);
	fd_close_p(&s->input);
	fd_close_p(&s->output);
	fd_close_p(&s->failure);
}

int proc_spawn_wait(struct proc_spawn *s, const struct proc_run *run, int timeout_ms, struct err *e)
{
	struct failure failure = { 0 };
	ssize_t n;
	int r;

	/* A pipe becomes readable like a pidfd does. */
	r = pidfd_poll(s->failure, timeout_ms);
	if (r < 0)
		return err_set(e, -r, "wait for exec %s", run->path);
	if (r == 0)
		return 0;
	n = read(s->failure, &failure, sizeof(failure));
	if (n == (ssize_t)sizeof(failure))
		return failure.cwd ? err_set(e, failure.num, "chdir %s", run->cwd) :
				     err_set(e, failure.num, "exec %s", run->path);
	return 1;
}
