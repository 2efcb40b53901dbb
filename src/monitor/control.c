/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/control.h"

#include "core/sock.h"
#include "monitor/spec.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 32

const struct name control_request_names[] = {
	{ "stop", CONTROL_STOP },
	{ "restart", CONTROL_RESTART },
	{ "start", CONTROL_START },
	{ NULL, 0 },
};

static void drop(struct control *c, size_t i)
{
	loop_remove(c->loop, c->clients[i].fd);
	c->clients[i].fd = fd_close(c->clients[i].fd);
	c->clients[i].request = 0;
}

static bool may_ask(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static int on_request(struct loop *l _unused_, int fd, uint32_t events _unused_, void *data)
{
	struct control *c = data;
	char text[REQUEST_MAX];
	int64_t request;
	size_t i = 0;
	ssize_t n;

	while (i < CONTROL_CLIENTS_MAX && c->clients[i].fd != fd)
		i++;
	if (i == CONTROL_CLIENTS_MAX)
		return 0;
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	text[MAX(n, 0)] = '\0';
	if (n <= 0 || c->clients[i].request || !names_find(control_request_names, text, &request)) {
		drop(c, i);
		return 0;
	}
	c->clients[i].request = (int)request;
	return c->asked(c->data, (enum control_request)request);
}

static int on_client(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	struct control *c = data;
	autofd int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* One too many is let go: it finds its connection closed. */
	for (size_t i = 0; client >= 0 && may_ask(client) && i < CONTROL_CLIENTS_MAX; i++)
		if (c->clients[i].fd < 0 && loop_add(l, client, EPOLLIN, on_request, c, NULL) == 0)
			c->clients[i].fd = TAKE_FD(client);
	return 0;
}

int control_open(struct control *c, struct loop *loop, int run, control_asked_fn *asked, void *data,
		 struct err *e)
{
	autofd int fd = -1;

	*c = (struct control){ .loop = loop, .run = run, .fd = -1, .asked = asked, .data = data };
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		c->clients[i].fd = -1;
	if (unlinkat(run, MONITOR_SOCKET, 0) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove " MONITOR_SOCKET);
	fd = sock_bind(run, MONITOR_SOCKET, SOCK_SEQPACKET | SOCK_NONBLOCK, e);
	if (fd < 0)
		return fd;
	if (listen(fd, CONTROL_CLIENTS_MAX) < 0)
		return err_set(e, errno, "listen");
	c->fd = TAKE_FD(fd);
	return loop_add(loop, c->fd, EPOLLIN, on_client, c, e);
}

void control_answer(struct control *c, enum control_request request, const char *why)
{
	const char *text = why ? why : "ok";

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (c->clients[i].fd < 0 || c->clients[i].request != (int)request)
			continue;
		/* Who asked may be gone. */
		(void)send(c->clients[i].fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
		drop(c, i);
	}
}

void control_close(struct control *c)
{
	if (c->fd < 0)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->clients[i].fd >= 0)
			drop(c, i);
	loop_remove(c->loop, c->fd);
	c->fd = fd_close(c->fd);
	(void)unlinkat(c->run, MONITOR_SOCKET, 0); /* the next monitor replaces it, too */
}
