/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/foreground.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"
#include "engine/notify.h"
#include "engine/relay.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

int foreground_begin(struct foreground *f, bool terminal, struct err *e)
{
	sigset_t all;

	*f = (struct foreground){ .signals = -1, .console = { -1, -1 }, .terminal = terminal };
	sigfillset(&all);
	/* Ours: children are waited for by pidfd; the tty's job control stops us, not them. */
	sigdelset(&all, SIGCHLD);
	sigdelset(&all, SIGTTIN);
	sigdelset(&all, SIGTTOU);
	sigdelset(&all, SIGTSTP);
	sigdelset(&all, SIGURG);
	if (sigprocmask(SIG_BLOCK, &all, NULL) < 0)
		return err_set(e, errno, "block signals");
	f->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (f->signals < 0)
		return err_set(e, errno, "signalfd");
	if (terminal && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->console) < 0)
		return err_set(e, errno, "socketpair");
	return 0;
}

void foreground_end(struct foreground *f)
{
	f->signals = fd_close(f->signals);
	f->console[0] = fd_close(f->console[0]);
	f->console[1] = fd_close(f->console[1]);
}

struct session {
	struct foreground *f;
	struct relay *relay;
	int pidfd;
};

static int on_signal(struct loop *l, int fd, uint32_t events, void *data)
{
	struct session *s = data;
	struct signalfd_siginfo info;

	(void)l;
	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH && s->relay)
			relay_resize(s->relay);
		else if (info.ssi_signo != SIGPIPE)
			(void)pidfd_signal(s->pidfd,
					   (int)info.ssi_signo); /* it may just have ended */
	}
	return 0;
}

static int on_exit_of_process(struct loop *l, int fd, uint32_t events, void *data)
{
	(void)l;
	(void)fd;
	(void)events;
	(void)data;
	return 1;
}

/* We are who the supervisor watches: the container's end is ours. */
static int on_notify(struct loop *l, int fd, uint32_t events, void *data)
{
	struct session *s = data;
	struct err e = { 0 };
	int r = notify_relay(s->f->notify, getpid(), &e);

	(void)events;
	if (r < 0)
		log_warning("%s", e.text);
	if (r != 0)
		loop_remove(l, fd);
	return 0;
}

static int start_relay(struct session *s, struct loop *l, struct err *e)
{
	char name[64];
	int fds[1] = { -1 };
	size_t n = 1;
	int r;

	s->f->console[1] = fd_close(s->f->console[1]);
	r = sock_recv(s->f->console[0], name, sizeof(name), fds, &n, e);
	if (r < 0)
		return err_wrap(e, "receive the terminal: ");
	if (n != 1)
		return err_msg(e, EPROTO, "receive the terminal: no descriptor came");
	s->relay = relay_new(l, fds[0], e);
	return s->relay ? 0 : -EIO;
}

int foreground_wait(struct foreground *f, int pidfd, struct err *e)
{
	struct session s = { .f = f, .pidfd = pidfd };
	struct loop *l = loop_new(e);
	int r, status = 0;

	if (!l)
		return -EIO;
	r = f->terminal ? start_relay(&s, l, e) : 0;
	if (r == 0)
		r = loop_add(l, f->signals, EPOLLIN, on_signal, &s, e);
	if (r == 0 && f->notify && f->notify->listener >= 0)
		r = loop_add(l, f->notify->listener, EPOLLIN, on_notify, &s, e);
	if (r == 0)
		r = loop_add(l, pidfd, EPOLLIN, on_exit_of_process, &s, e);
	if (r == 0)
		r = loop_run(l, e);
	relay_free(s.relay);
	loop_free(l);
	if (r < 0)
		return r;
	r = pidfd_wait(pidfd, -1, &status, e);
	return r < 0 ? r : proc_exit_code(status);
}
