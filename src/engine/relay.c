/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/relay.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* One direction: what was read from @from and not yet taken by @to. */
struct pipe_half {
	int from, to;
	size_t start, end;
	bool eof;
	char buf[8192];
};

struct relay {
	struct loop *loop;
	int master;
	struct pipe_half in, out;
	struct termios saved;
	bool raw;	 /* stdin is a terminal, and was changed */
	bool poll_stdin; /* regular files and /dev/null cannot be polled: read at once */
};

static bool is_empty(const struct pipe_half *h)
{
	return h->start == h->end;
}

/* Returns false when nothing more can be moved now. */
static bool move_once(struct pipe_half *h)
{
	ssize_t n;

	if (is_empty(h)) {
		if (h->eof)
			return false;
		h->start = h->end = 0;
		n = read(h->from, h->buf, sizeof(h->buf));
		if (n <= 0) {
			/* EIO: every slave of the pty is closed. */
			if (n == 0 || (errno != EAGAIN && errno != EINTR))
				h->eof = true;
			return false;
		}
		h->end = (size_t)n;
	}
	n = write(h->to, h->buf + h->start, h->end - h->start);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			h->eof = true, h->start = h->end; /* the reader is gone */
		return false;
	}
	h->start += (size_t)n;
	return true;
}

/* Ask for what each descriptor can be used for, given what the buffers hold. */
static void update_events(struct relay *r)
{
	uint32_t master = 0;

	if (!r->out.eof && is_empty(&r->out))
		master |= EPOLLIN;
	if (!is_empty(&r->in))
		master |= EPOLLOUT;
	(void)loop_modify(r->loop, r->master, r->out.eof ? 0 : master, NULL);
	if (r->poll_stdin)
		(void)loop_modify(r->loop, r->in.from, is_empty(&r->in) && !r->in.eof ? EPOLLIN : 0,
				  NULL);
	if (r->poll_stdin && r->in.eof && is_empty(&r->in)) {
		loop_remove(r->loop, r->in.from);
		r->poll_stdin = false;
	}
}

static int on_ready(struct loop *l, int fd, uint32_t events, void *data)
{
	struct relay *r = data;

	(void)l;
	(void)events;
	/* A read of stdin waits when there is nothing: only when it is stdin that is ready. */
	if (fd == r->in.from || !r->poll_stdin || !is_empty(&r->in))
		move_once(&r->in);
	/* stdout may be a pipe that is full: wait for it here, the pty's writer waits with us. */
	while (move_once(&r->out) || !is_empty(&r->out)) {
		struct pollfd p = { .fd = r->out.to, .events = POLLOUT };

		if (!is_empty(&r->out))
			(void)poll(&p, 1, 100);
	}
	update_events(r);
	if (r->out.eof)
		loop_remove(r->loop, r->master);
	return 0;
}

void relay_resize(struct relay *r)
{
	struct winsize size;

	if (r && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(r->master, TIOCSWINSZ, &size); /* a pty always takes it */
}

static void make_raw(struct relay *r)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &r->saved) < 0)
		return; /* not a terminal */
	raw = r->saved;
	cfmakeraw(&raw);
	r->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

struct relay *relay_new(struct loop *l, int master, struct err *e)
{
	struct relay *r = xcalloc(1, sizeof(*r));

	r->loop = l;
	r->master = master;
	r->in.from = STDIN_FILENO;
	r->in.to = master;
	r->out.from = master;
	r->out.to = STDOUT_FILENO;
	(void)fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	if (loop_add(l, master, EPOLLIN, on_ready, r, e) < 0) {
		(void)fd_close(master);
		free(r);
		return NULL;
	}
	r->poll_stdin = loop_add(l, STDIN_FILENO, EPOLLIN, on_ready, r, NULL) == 0;
	make_raw(r);
	relay_resize(r);
	return r;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	/* The process has ended: what it wrote is in the pty, and no more comes. */
	while (move_once(&r->out) || !is_empty(&r->out)) {
		struct pollfd p = { .fd = r->out.to, .events = POLLOUT };

		if (!is_empty(&r->out) && poll(&p, 1, 1000) <= 0)
			break;
	}
	if (r->raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &r->saved);
	(void)fd_close(r->master);
	free(r);
}
