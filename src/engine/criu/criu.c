/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/criu.h"

#include "core/proc.h"
#include "core/sock.h"
#include "engine/init/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 8192

static const char *const directories[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
};
/* CRIU runs ip, iptables and tar. */
static char *const environment[] = {
	(char *)(uintptr_t) "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	NULL,
};

/* Heap; not taken from $PATH, which callers need not set. */
static char *find_program(const char *name, struct err *e)
{
	if (strchr(name, '/'))
		return xstrdup(name);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		char *path = xasprintf("%s/%s", directories[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	(void)err_msg(e, ENOENT, "%s: not found: is CRIU installed?", name);
	return NULL;
}

struct child {
	const struct criu_run *run;
	char *program;
	int sock;
	int failure; /* takes a struct err when it cannot be executed */
};

static int keep_open(int fd, struct err *e)
{
	return fcntl(fd, F_SETFD, 0) < 0 ? err_set(e, errno, "inherit descriptor %d", fd) : 0;
}

static int become_criu(const struct child *child, struct err *e)
{
	const struct criu_request *q = child->run->request;
	char fd[16];
	char *argv[] = { (char *)(uintptr_t) "criu", (char *)(uintptr_t) "swrk", fd, NULL };
	int r;

	signals_reset();
	r = keep_open(child->sock, e);
	for (size_t i = 0; i < q->n_inherit && r == 0; i++)
		r = keep_open(q->inherit[i].fd, e);
	if (r == 0 && child->run->prepare)
		r = child->run->prepare(child->run->data, e);
	if (r < 0)
		return r;
	(void)snprintf(fd, sizeof(fd), "%d", child->sock);
	(void)execve(child->program, argv, environment);
	return err_set(e, errno, "exec %s", child->program);
}

static _Noreturn void live(const struct child *child)
{
	struct err e = { 0 };
	ssize_t n;

	(void)become_criu(child, &e);
	n = write(child->failure, &e, sizeof(e));
	_exit(n == (ssize_t)sizeof(e) ? 1 : 2);
}

/* Waits until it is executed. */
static int check_executed(int failure, struct err *e)
{
	struct err said;
	ssize_t n;

	do
		n = read(failure, &said, sizeof(said));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(said))
		return err_msg(e, EPROTO, "the process that was to become CRIU ended early");
	if (e)
		*e = said;
	return -said.num;
}

static int spawn(const struct criu_run *run, int *sock, int *pidfd, struct err *e)
{
	struct child child = { .run = run };
	autofree char *program = find_program(run->program ? run->program : "criu", e);
	autofd int ours = -1, theirs = -1, told = -1, tell = -1;
	int pair[2], pipe_fds[2], r;
	pid_t pid;

	if (!program)
		return -ENOENT;
	r = sock_pair(pair, e);
	if (r < 0)
		return r;
	ours = pair[0];
	theirs = pair[1];
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	told = pipe_fds[0];
	tell = pipe_fds[1];
	child.program = program;
	child.sock = theirs;
	child.failure = tell;
	pid = clone_process(0, -1, pidfd, e);
	if (pid < 0)
		return pid;
	if (pid == 0)
		live(&child);
	tell = fd_close(tell);
	r = check_executed(told, e);
	*sock = TAKE_FD(ours);
	return r;
}

static int send_message(int sock, const struct str *m, struct err *e)
{
	ssize_t n;

	do
		n = send(sock, m->p, m->len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_set(e, errno, "write to CRIU") : 0;
}

static int receive(int sock, struct criu_response *out, int *fd, struct err *e)
{
	char buf[MESSAGE_MAX];
	size_t n_fds = 1;
	int n = sock_recv(sock, buf, sizeof(buf), fd, &n_fds, e);

	if (n < 0)
		return err_wrap(e, "read from CRIU: ");
	if (n_fds == 0)
		*fd = -1;
	if (n == 0)
		return err_msg(e, EREMOTEIO, "CRIU ended without an answer");
	return criu_response_decode(buf, (size_t)n, out) < 0 ?
		       err_msg(e, EBADMSG, "CRIU's answer makes no sense") :
		       0;
}

static int answer_notification(const struct criu_run *run, int sock, int pidfd,
			       const struct criu_response *got, int fd, struct err *e)
{
	autostr answer = { 0 };
	int r = run->notify ? run->notify(got, fd, run->data, e) : 0, sent;

	/* By then it undoes nothing any more, whatever the answer. */
	if (r < 0 && str_eq(got->script, "pre-resume")) {
		(void)pidfd_signal(pidfd, SIGKILL);
		return r;
	}
	criu_notified_encode(r >= 0, &answer);
	sent = send_message(sock, &answer, r < 0 ? NULL : e);
	return r < 0 ? r : sent;
}

/* What CRIU says is in its log; the callers of runc look for both of these. */
static int failed(const struct criu_run *run, const struct criu_response *got, struct err *e)
{
	static const struct {
		enum criu_type type;
		const char *name;
	} types[] = {
		{ CRIU_DUMP, "DUMP" },
		{ CRIU_PRE_DUMP, "PRE_DUMP" },
		{ CRIU_RESTORE, "RESTORE" },
		{ CRIU_NOTIFY, "NOTIFY" },
	};
	const char *name = "EMPTY";

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (got->type == (unsigned)types[i].type)
			name = types[i].name;
	return err_msg(e, EREMOTEIO, "criu failed: type %s errno %d%s%s: log file: %s", name,
		       (int)got->error, *got->message ? ": " : "", got->message, run->log);
}

static int serve(const struct criu_run *run, int sock, int pidfd, struct criu_response *out,
		 struct err *e)
{
	/* The first failure is the one to tell: CRIU goes on to say that it failed, too. */
	int said = 0;

	for (;;) {
		struct criu_response got = { 0 };
		autofd int fd = -1;
		int r = receive(sock, &got, &fd, said < 0 ? NULL : e);

		if (said < 0 && (r < 0 || got.type != CRIU_NOTIFY))
			return said;
		if (r < 0)
			return r == -EREMOTEIO || r == -EBADMSG ?
				       err_wrap(e, "criu failed: log file: %s: ", run->log) :
				       r;
		if (got.type == CRIU_NOTIFY && got.success) {
			r = answer_notification(run, sock, pidfd, &got, fd, said < 0 ? NULL : e);
			said = said < 0 ? said : r;
			continue;
		}
		if (!got.success)
			return failed(run, &got, e);
		*out = got;
		return 0;
	}
}

int criu_run(const struct criu_run *run, struct criu_response *out, struct err *e)
{
	autofd int sock = -1, pidfd = -1;
	autostr request = { 0 };
	int r, status;

	r = spawn(run, &sock, &pidfd, e);
	if (r == 0 && run->started)
		r = run->started(run->data, e);
	if (r == 0) {
		criu_request_encode(run->request, &request);
		r = send_message(sock, &request, e);
	}
	if (r == 0)
		r = serve(run, sock, pidfd, out, e);
	/* Nothing more to serve: at the end of its socket it ends. */
	sock = fd_close(sock);
	if (pidfd >= 0)
		(void)pidfd_wait(pidfd, -1, &status, NULL);
	return r;
}
