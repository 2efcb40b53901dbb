/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/clients.h"

#include "core/log.h"
#include "core/sock.h"
#include "orch/message.h"
#include "orch/serve/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one client who does not read: the answers to all that he may have pending. */
#define OUTPUT_MAX (32u << 20)

struct client {
	struct clients *all;
	struct channel *channel;
	unsigned pending;
	bool eof;
	struct client *next;
};

struct clients {
	struct loop *loop;
	const struct intake *intake;
	char *path;
	int fd;
	struct client *first;
	unsigned n;
};

static void client_free(struct client *c)
{
	struct client **at = &c->all->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->all->n--;
	/* There is room again, in case there was none. */
	(void)loop_modify(c->all->loop, c->all->fd, EPOLLIN, NULL);
	jobs_forget(c->all->intake->jobs, c);
	channel_free(c->channel);
	free(c);
}

/* Who does not read what he asked for is cut off. */
static void answer(struct client *c, const char *ack, size_t len)
{
	if (channel_send(c->channel, ack, len) < 0) {
		log_warning("a client that does not read its answers is disconnected");
		client_free(c);
	}
}

static int on_ack(const char *ack, size_t len, void *data)
{
	struct client *c = data;

	c->pending--;
	channel_pause(c->channel, false);
	if (c->eof && c->pending == 0)
		channel_finish(c->channel);
	answer(c, ack, len);
	return 0;
}

static int on_line(struct channel *channel, const char *line, size_t len, void *data)
{
	struct client *c = data;
	autofree char *refusal = NULL;

	if (line && len == 0)
		return 0;
	refusal = intake_text(c->all->intake, line, len, on_ack, c);
	if (refusal)
		answer(c, refusal, strlen(refusal));
	else if (++c->pending >= CLIENT_PENDING_MAX)
		channel_pause(channel, true);
	return 0;
}

static int on_eof(struct channel *channel, void *data)
{
	struct client *c = data;

	c->eof = true;
	if (c->pending == 0)
		channel_finish(channel);
	return 0;
}

static int on_end(struct channel *channel _unused_, void *data)
{
	client_free(data);
	return 0;
}

static bool may_connect(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static void client_new(struct clients *all, int fd)
{
	struct client *c = xcalloc(1, sizeof(*c));
	const struct channel_options options = { .line_max = MESSAGE_SIZE_MAX,
						 .output_max = OUTPUT_MAX,
						 .line = on_line,
						 .eof = on_eof,
						 .end = on_end,
						 .data = c };
	struct err e = { 0 };

	c->all = all;
	if (channel_new(all->loop, fd, fd, &options, &c->channel, &e) < 0) {
		log_error("a client: %s", e.text);
		free(c);
		return;
	}
	c->next = all->first;
	all->first = c;
	if (++all->n == CLIENTS_MAX)
		(void)loop_modify(all->loop, all->fd, 0, NULL);
}

static int on_connection(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	autofd int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* Without descriptors nobody gets in until a client leaves; one that is gone again already
	 * is no concern of ours. */
	if (client < 0 && (errno == EMFILE || errno == ENFILE))
		return loop_modify(l, fd, 0, NULL);
	if (client < 0)
		return 0;
	if (!may_connect(client)) {
		log_warning("a client of another user is sent away");
		return 0;
	}
	client_new(data, TAKE_FD(client));
	return 0;
}

/* A socket that somebody left behind, and nothing else, goes. */
static int make_room(const char *path, struct err *e)
{
	struct stat st;
	int fd = -1;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "socket %s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_msg(e, EADDRINUSE, "socket %s: something else is there", path);
	fd = sock_connect(AT_FDCWD, path, SOCK_STREAM, NULL);
	if (fd >= 0) {
		(void)fd_close(fd);
		return err_msg(e, EADDRINUSE, "socket %s: somebody serves there already", path);
	}
	return unlink(path) < 0 ? err_set(e, errno, "socket %s", path) : 0;
}

static int listen_at(const char *path, struct err *e)
{
	autofd int fd = -1;

	if (make_room(path, e) < 0)
		return -e->num;
	fd = sock_bind(AT_FDCWD, path, SOCK_STREAM, e);
	if (fd < 0)
		return err_wrap(e, "socket %s: ", path);
	/* Before it listens nobody can have come. */
	if (chmod(path, 0600) < 0 || listen(fd, CLIENTS_MAX) < 0)
		return err_set(e, errno, "socket %s", path);
	return TAKE_FD(fd);
}

int clients_new(struct loop *l, const struct intake *intake, const char *path, struct clients **out,
		struct err *e)
{
	struct clients *c = NULL;
	int fd = listen_at(path, e);

	if (fd < 0)
		return fd;
	c = xcalloc(1, sizeof(*c));
	c->loop = l;
	c->intake = intake;
	c->path = xstrdup(path);
	c->fd = fd;
	if (loop_add(l, fd, EPOLLIN, on_connection, c, e) < 0) {
		clients_free(c);
		return -e->num;
	}
	*out = c;
	return 0;
}

void clients_free(struct clients *c)
{
	if (!c)
		return;
	while (c->first)
		client_free(c->first);
	loop_remove(c->loop, c->fd);
	(void)unlink(c->path); /* its place is taken by the next, whatever happens here */
	(void)fd_close(c->fd);
	free(c->path);
	free(c);
}
