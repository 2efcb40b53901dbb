/* SPDX-License-Identifier: Apache-2.0 */
#include "net/subscribers.h"

#include "core/sock.h"
#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUEUE 64

struct subscriber {
	int fd;
	struct str pending; /* what he has not read yet, from byte `sent` on */
	size_t sent;
	struct subscribers *in;
};

struct subscribers {
	struct loop *loop;
	int fd;
	char *path;
	subscribers_greet *greet;
	void *data;
	struct subscriber *list[SUBSCRIBERS_MAX];
	size_t n;
};

/* ---- one subscriber ---- */

static void drop(struct subscriber *s)
{
	struct subscribers *in = s->in;

	for (size_t i = 0; i < in->n; i++)
		if (in->list[i] == s) {
			in->list[i] = in->list[--in->n];
			break;
		}
	loop_remove(in->loop, s->fd);
	fd_close(s->fd);
	str_done(&s->pending);
	free(s);
}

/* Sends what he takes. Returns false when he is gone. */
static bool flush(struct subscriber *s)
{
	while (s->sent < s->pending.len) {
		ssize_t n = send(s->fd, s->pending.p + s->sent, s->pending.len - s->sent,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s->sent += (size_t)n;
	}
	/* A long line that was sent is not kept for ever. */
	str_done(&s->pending);
	s->sent = 0;
	return true;
}

/* Watches for room only while there is something to send. */
static bool watch(struct subscriber *s)
{
	uint32_t events = EPOLLIN | EPOLLRDHUP | (s->pending.len ? EPOLLOUT : 0);

	return loop_modify(s->in->loop, s->fd, events, NULL) == 0;
}

/* Returns false when he is too far behind, or gone. */
static bool put(struct subscriber *s, const char *line, size_t len)
{
	if (s->pending.len - s->sent + len > SUBSCRIBER_BACKLOG && s->pending.len > 0)
		return false;
	if (s->sent > 0) {
		s->pending.len -= s->sent;
		memmove(s->pending.p, s->pending.p + s->sent, s->pending.len);
		s->sent = 0;
	}
	str_add_bytes(&s->pending, line, len);
	str_add_char(&s->pending, '\n');
	return flush(s) && watch(s);
}

/* He sent something, which is thrown away, or has hung up. Returns false then. */
static bool discard(int fd)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static int on_subscriber(struct loop *l _unused_, int fd, uint32_t events, void *data)
{
	struct subscriber *s = data;
	bool alive = !(events & (EPOLLERR | EPOLLHUP));

	if (alive && events & (EPOLLIN | EPOLLRDHUP))
		alive = discard(fd);
	if (alive && events & EPOLLOUT)
		alive = flush(s) && watch(s);
	if (!alive)
		drop(s);
	return 0;
}

/* ---- all of them ---- */

static void admit(struct subscribers *in, int fd)
{
	struct subscriber *s = xcalloc(1, sizeof(*s));
	autofree char *line = NULL;

	s->fd = fd;
	s->in = in;
	if (in->n == SUBSCRIBERS_MAX ||
	    loop_add(in->loop, fd, EPOLLIN | EPOLLRDHUP, on_subscriber, s, NULL) < 0) {
		fd_close(fd);
		free(s);
		return;
	}
	in->list[in->n++] = s;
	line = in->greet ? in->greet(in->data) : NULL;
	if (line && !put(s, line, strlen(line)))
		drop(s);
}

/* All who are there: the next event is for the next one who comes. So when no descriptor is left
 * the others wait for him, instead of keeping the loop busy. */
static int on_connect(struct loop *l _unused_, int fd, uint32_t events _unused_, void *data)
{
	int client;

	do {
		client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client >= 0)
			admit(data, client);
	} while (client >= 0 || errno == EINTR || errno == ECONNABORTED);
	return 0;
}

/* Is there a socket that somebody listens on? */
static int check_path(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "listen on %s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_msg(e, EADDRINUSE, "listen on %s: it is there, and no socket", path);
	fd = sock_connect(AT_FDCWD, path, SOCK_STREAM | SOCK_NONBLOCK, NULL);
	if (fd >= 0)
		fd_close(fd);
	if (fd >= 0 || fd == -EAGAIN)
		return err_msg(e, EADDRINUSE, "listen on %s: somebody else does", path);
	return 0;
}

/* Under another name first, so that nobody ever sees it with other permissions. */
static int listen_on(const char *path, struct err *e)
{
	autofree char *temporary = xasprintf("%s.%d", path, (int)getpid());
	autofd int fd = -1;
	int r = check_path(path, e);

	if (r < 0)
		return r;
	(void)unlink(temporary); /* of one who had our pid and was killed here */
	fd = sock_bind(AT_FDCWD, temporary, SOCK_STREAM | SOCK_NONBLOCK, e);
	if (fd < 0)
		return fd;
	if (chmod(temporary, 0600) < 0 || listen(fd, QUEUE) < 0 || rename(temporary, path) < 0) {
		r = err_set(e, errno, "listen on %s", path);
		(void)unlink(temporary); /* it may be gone */
		return r;
	}
	return TAKE_FD(fd);
}

int subscribers_new(struct loop *l, const char *path, subscribers_greet *greet, void *data,
		    struct subscribers **out, struct err *e)
{
	struct subscribers *s;
	int fd = listen_on(path, e), r;

	if (fd < 0)
		return fd;
	s = xcalloc(1, sizeof(*s));
	s->loop = l;
	s->fd = fd;
	s->path = xstrdup(path);
	s->greet = greet;
	s->data = data;
	r = loop_add(l, fd, EPOLLIN | EPOLLET, on_connect, s, e);
	if (r < 0) {
		subscribers_free(s);
		return r;
	}
	*out = s;
	return 0;
}

void subscribers_free(struct subscribers *s)
{
	if (!s)
		return;
	while (s->n > 0)
		drop(s->list[0]);
	loop_remove(s->loop, s->fd);
	fd_close(s->fd);
	(void)unlink(s->path); /* somebody may have removed it */
	free(s->path);
	free(s);
}

void subscribers_send(struct subscribers *s, const char *line, size_t len)
{
	/* From the end, since one who is dropped is replaced by the last. */
	for (size_t i = s->n; i > 0; i--)
		if (!put(s->list[i - 1], line, len))
			drop(s->list[i - 1]);
}

size_t subscribers_count(const struct subscribers *s)
{
	return s->n;
}
