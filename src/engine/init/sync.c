/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/sync.h"

#include "core/sock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define ERRNO_MAX 4095 /* MAX_ERRNO */

static int interrupts = -1; /* a signalfd */
static sigset_t mask_before;
static bool in_child;

int sync_interruptible(struct err *e)
{
	sigset_t set;

	if (interrupts >= 0)
		return 0;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, &mask_before) < 0)
		return err_set(e, errno, "block signals");
	interrupts = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (interrupts >= 0)
		return 0;
	(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
	return err_set(e, errno, "signalfd");
}

void sync_uninterruptible(bool done)
{
	if (interrupts < 0)
		return;
	interrupts = fd_close(interrupts);
	if (!done)
		(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

void sync_forget_interrupts(void)
{
	interrupts = fd_close(interrupts);
	in_child = true;
}

int sync_interrupt_fd(void)
{
	return interrupts;
}

int sync_interrupted(struct err *e)
{
	struct signalfd_siginfo info;

	if (interrupts < 0 || read(interrupts, &info, sizeof(info)) != sizeof(info))
		return 0;
	return err_msg(e, EINTR, "interrupted by signal: %s", strsignal((int)info.ssi_signo));
}

static int wait_readable(int sock, struct err *e)
{
	struct pollfd p[] = { { .fd = sock, .events = POLLIN },
			      { .fd = interrupts, .events = POLLIN } };

	if (interrupts < 0)
		return 0;
	while (poll(p, ARRAY_SIZE(p), -1) < 0)
		if (errno != EINTR)
			return err_set(e, errno, "poll");
	/* What was said comes first: after SYNC_READY the program may run, and the signal is its.
	 */
	if (p[0].revents)
		return 0;
	return p[1].revents & POLLIN ? sync_interrupted(e) : 0;
}

static int send_msg(int sock, const struct sync_msg *msg, const int *fds, size_t n_fds,
		    struct err *e)
{
	/* Only an error carries its text: the rest is a few bytes. */
	size_t len = msg->type == SYNC_ERROR ? sizeof(*msg) : offsetof(struct sync_msg, err);

	/* A profile made for other runtimes may spare only these. SIGPIPE may come of it: without
	 * the runtime the child has to end anyway. */
	if (in_child && n_fds == 0)
		return write(sock, msg, len) < 0 ? err_set(e, errno, "send") : 0;
	return sock_send(sock, msg, len, fds, n_fds, e);
}

int sync_send_fds(int sock, enum sync_type type, const int *fds, size_t n_fds, struct err *e)
{
	struct sync_msg msg = { .type = type };

	return send_msg(sock, &msg, fds, n_fds, e);
}

int sync_send(int sock, enum sync_type type, int fd_to_pass, struct err *e)
{
	return sync_send_fds(sock, type, &fd_to_pass, fd_to_pass >= 0 ? 1 : 0, e);
}

int sync_send_pid(int sock, pid_t pid, struct err *e)
{
	struct sync_msg msg = { .type = SYNC_PID, .pid = pid };

	/* Not by write(2): the stage must outlive SIGPIPE, to end what it made. */
	return sock_send(sock, &msg, offsetof(struct sync_msg, err), NULL, 0, e);
}

int sync_send_remote_fd(int sock, enum sync_type type, int fd, struct err *e)
{
	struct sync_msg msg = { .type = type, .remote_fd = fd };

	return send_msg(sock, &msg, NULL, 0, e);
}

void sync_send_error(int sock, const struct err *err)
{
	struct sync_msg msg = { .type = SYNC_ERROR, .err = *err };

	(void)send_msg(sock, &msg, NULL, 0, NULL); /* nobody is left to tell */
}

static void close_all(const int *fds, size_t n)
{
	while (n > 0)
		(void)fd_close(fds[--n]);
}

/* Callers return -err.num and print err.text, whatever came: never success, and one line. */
static void make_error(struct sync_msg *msg)
{
	struct err came = msg->err;

	came.text[sizeof(came.text) - 1] = '\0';
	if (came.num <= 0 || came.num > ERRNO_MAX)
		came.num = EIO;
	(void)err_msg(&msg->err, came.num, "%s", came.text[0] ? came.text : "unknown error");
}

static int check_msg(struct sync_msg *msg, size_t len, struct err *e)
{
	if (len == 0)
		return 0;
	if (len < offsetof(struct sync_msg, err))
		return err_msg(e, EPROTO, "short message from the container's init");
	if (msg->type == SYNC_ERROR)
		make_error(msg);
	return 1;
}

static int read_msg(int sock, struct sync_msg *msg, struct err *e)
{
	ssize_t n;

	do
		n = read(sock, msg, sizeof(*msg));
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_set(e, errno, "receive") : (int)n;
}

static int take(int sock, struct sync_msg *msg, int *fds, size_t *room, struct err *e)
{
	if (in_child && *room == 0)
		return read_msg(sock, msg, e);
	return sock_recv(sock, msg, sizeof(*msg), fds, room, e);
}

/* On failure no descriptor is open; what was received without its own is in *msg. */
static int receive(int sock, struct sync_msg *msg, int *fds, size_t *n_fds, struct err *e)
{
	size_t room = *n_fds;
	int r;

	*msg = (struct sync_msg){ 0 };
	*n_fds = 0;
	r = wait_readable(sock, e);
	if (r < 0)
		return r;
	r = take(sock, msg, fds, &room, e);
	/* It died with our message unread. What it said before comes after this error. */
	if (r == -ECONNRESET)
		r = take(sock, msg, fds, &room, e);
	if (r < 0)
		return r;
	r = check_msg(msg, (size_t)r, e);
	if (r < 0)
		close_all(fds, room);
	else
		*n_fds = room;
	return r;
}

int sync_read(int pipe, struct sync_msg *msg, struct err *e)
{
	int r;

	*msg = (struct sync_msg){ 0 };
	r = read_msg(pipe, msg, e);
	return r < 0 ? r : check_msg(msg, (size_t)r, e);
}

int sync_recv(int sock, struct sync_msg *msg, int *fd, struct err *e)
{
	int fds[1] = { -1 };
	size_t n_fds = 1;
	int r;

	r = receive(sock, msg, fds, &n_fds, e);
	if (fd)
		*fd = n_fds ? fds[0] : -1;
	else if (n_fds)
		(void)fd_close(fds[0]);
	return r;
}

int sync_expect_fds(int sock, enum sync_type type, int *fds, size_t *n_fds, struct err *e)
{
	struct sync_msg msg;
	int r;

	r = receive(sock, &msg, fds, n_fds, e);
	if (r < 0)
		return r;
	if (r == 0)
		return err_msg(e, EPIPE, "the other side is gone");
	if (msg.type == type)
		return 0;
	close_all(fds, *n_fds);
	*n_fds = 0;
	if (msg.type != SYNC_ERROR)
		return err_msg(e, EPROTO, "unexpected message %d, not %d", msg.type, type);
	if (e)
		*e = msg.err;
	return -msg.err.num;
}

int sync_expect(int sock, enum sync_type type, struct err *e)
{
	size_t none = 0;

	return sync_expect_fds(sock, type, NULL, &none, e);
}
