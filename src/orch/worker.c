/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/worker.h"

#include "core/proc.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char **worker_argv(const struct orch *o, const char *ns, const char *name, const char *kind)
{
	char **v = orch_argv(o, ns);

	strv_push(&v, "operation");
	strv_push(&v, kind);
	strv_push(&v, name);
	return v;
}

/* What the forked child knows; it does not allocate. */
struct child {
	const struct orch *o;
	char *const *argv;
	int lock; /* above the standard descriptors and WORKER_LOCK_FD, as the others are */
	int null;
	int go;
};

/* In the child, until it is the program. Only the log, when it is asked for, goes where the
 * parent's does: who reads that to its end would wait for us. */
static _noreturn_ void become_worker(const struct child *c)
{
	char byte;

	if (setsid() < 0 || dup2(c->null, 0) < 0 || dup2(c->null, 1) < 0 ||
	    (!c->o->debug && dup2(c->null, 2) < 0) || dup2(c->lock, WORKER_LOCK_FD) < 0)
		_exit(127);
	if (syscall(SYS_close_range, WORKER_LOCK_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0 &&
	    errno != EINVAL && errno != ENOSYS)
		_exit(127);
	/* Nobody lets it go when its parent dies before. */
	if (read(c->go, &byte, 1) != 1)
		_exit(127);
	signals_reset();
	execve(c->o->program, c->argv, c->o->env);
	_exit(127);
}

/* A descriptor above those that the worker's take. Returns it, close-on-exec. */
static int raise_fd(int fd, struct err *e)
{
	int raised = fcntl(fd, F_DUPFD_CLOEXEC, WORKER_LOCK_FD + 1);

	return raised < 0 ? err_set(e, errno, "duplicate a descriptor") : raised;
}

/* The child of a child, so that nobody has to reap it. Its pid comes by the pipe. */
static int fork_twice(const struct child *c, int parent_go, struct worker *out, struct err *e)
{
	int p[2], status = 0, r;
	pid_t pid, worker = 0;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(e, errno, "make a pipe");
	pid = fork();
	if (pid == 0) {
		pid_t second = fork();

		if (second == 0) {
			(void)fd_close(parent_go); /* else it would wait for itself */
			become_worker(c);
		}
		_exit(second > 0 && write(p[1], &second, sizeof(second)) == sizeof(second) ? 0 : 1);
	}
	r = pid < 0 ? -errno : 0;
	(void)fd_close(p[1]);
	if (r == 0 && read(p[0], &worker, sizeof(worker)) != sizeof(worker))
		r = -EAGAIN;
	(void)fd_close(p[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return err_set(e, -r, "start a worker");
	out->pid = worker;
	return 0;
}

int worker_prepare(const struct orch *o, const char *ns, const char *name, const char *kind,
		   int lock, struct worker *out, struct err *e)
{
	autostrv char **argv = worker_argv(o, ns, name, kind);
	autofd int high_lock = raise_fd(lock, e);
	autofd int null = -1, go_read = -1, go_write = -1;
	int p[2], r;

	if (high_lock < 0)
		return high_lock;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || pipe2(p, O_CLOEXEC) < 0)
		return err_set(e, errno, "start a worker");
	go_read = raise_fd(p[0], e);
	go_write = go_read < 0 ? go_read : raise_fd(p[1], e);
	(void)fd_close(p[0]);
	(void)fd_close(p[1]);
	if (go_write < 0)
		return go_write;
	const struct child c = {
		.o = o, .argv = argv, .lock = high_lock, .null = null, .go = go_read
	};

	r = fork_twice(&c, go_write, out, e);
	if (r == 0)
		out->go = TAKE_FD(go_write);
	return r;
}

int worker_go(struct worker *w, struct err *e)
{
	return write(w->go, "", 1) == 1 ? 0 : err_set(e, errno, "start a worker");
}

void worker_done(struct worker *w)
{
	fd_close_p(&w->go);
}
