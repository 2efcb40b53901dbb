/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/notify.h"

#include "core/file.h"
#include "core/log.h"
#include "core/sock.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DIRECTORY "notify"
#define SOCKET DIRECTORY "/notify.sock"
#define MOUNT_POINT "/run/notify"
#define MESSAGE_MAX 4096
#define BARRIER_TIMEOUT_MS 30000

void notify_add_mount(struct oci_config *c, const char *state)
{
	static const char *const options[] = { "bind", "nosuid", "noexec", "nodev", "ro" };
	struct oci_mount m = { 0 };

	m.destination = xstrdup(MOUNT_POINT);
	m.type = xstrdup("bind");
	m.source = xasprintf("%s/" DIRECTORY, state);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		strv_push(&m.options, options[i]);
	c->mounts = xrealloc(c->mounts, c->n_mounts + 1, sizeof(*c->mounts));
	c->mounts[c->n_mounts++] = m;
}

/* Whatever user the program is, it may walk in there: who cannot reach it from outside, because the
 * state directory is private, reaches it by the mount. */
int notify_make_dir(int dir, struct err *e)
{
	if (mkdirat(dir, DIRECTORY, 0755) < 0 || fchmodat(dir, DIRECTORY, 0755, 0) < 0)
		return err_set(e, errno, "make directory " DIRECTORY " in the state directory");
	return 0;
}

int notify_listen(struct notify *n, int dir, const char *supervisor, struct err *e)
{
	*n = NOTIFY_NONE;
	if (!supervisor || !*supervisor)
		return 0;
	if (faccessat(dir, DIRECTORY, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	(void)unlinkat(dir, SOCKET, 0); /* of a start that failed */
	n->listener = sock_bind(dir, SOCKET, SOCK_DGRAM, e);
	if (n->listener < 0)
		return n->listener;
	n->supervisor = supervisor;
	if (fchmodat(dir, SOCKET, 0777, 0) < 0) {
		int r = err_set(e, errno, "chmod " SOCKET);

		notify_close(n);
		return r;
	}
	return 0;
}

void notify_close(struct notify *n)
{
	n->listener = fd_close(n->listener);
}

static int connect_abstract(const char *name, struct err *e)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	autofd int fd = -1;

	if (len >= sizeof(addr.sun_path))
		return err_msg(e, ENAMETOOLONG, "NOTIFY_SOCKET: %s is too long", name);
	memcpy(addr.sun_path, name, len);
	addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(e, errno, "socket");
	if (connect(fd, (struct sockaddr *)&addr,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return err_set(e, errno, "connect %s", name);
	return TAKE_FD(fd);
}

static int connect_supervisor(const struct notify *n, struct err *e)
{
	int fd = n->supervisor[0] == '@' ? connect_abstract(n->supervisor, e) :
					   sock_connect(AT_FDCWD, n->supervisor, SOCK_DGRAM, e);

	return fd < 0 ? err_wrap(e, "NOTIFY_SOCKET: ") : fd;
}

static bool says_ready(char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (str_eq(line, "READY=1"))
			return true;
	return false;
}

int notify_relay(const struct notify *n, pid_t main_pid, struct err *e)
{
	static const char ready[] = "READY=1\n";
	char text[MESSAGE_MAX + 1];
	autofd int fd = -1;
	ssize_t got;
	int len, r;

	got = recv(n->listener, text, MESSAGE_MAX, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : err_set(e, errno, "read " SOCKET);
	text[got] = '\0';
	if (!says_ready(text))
		return 0;
	fd = connect_supervisor(n, e);
	if (fd < 0)
		return fd;
	r = sock_send(fd, ready, sizeof(ready) - 1, NULL, 0, e);
	if (r == 0) {
		len = snprintf(text, sizeof(text), "MAINPID=%d\n", (int)main_pid);
		r = sock_send(fd, text, (size_t)len, NULL, 0, e);
	}
	return r < 0 ? err_wrap(e, "NOTIFY_SOCKET: ") : 1;
}

/* He closes the descriptor when he comes to it, see sd_notify_barrier(3). */
static int barrier(const struct notify *n, struct err *e)
{
	static const char text[] = "BARRIER=1";
	autofd int fd = connect_supervisor(n, e), end = -1;
	struct pollfd p;
	int pipe_fds[2], r;

	if (fd < 0)
		return fd;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	end = pipe_fds[0];
	r = sock_send(fd, text, sizeof(text) - 1, &pipe_fds[1], 1, e);
	(void)fd_close(pipe_fds[1]);
	if (r < 0)
		return err_wrap(e, "NOTIFY_SOCKET: ");
	p = (struct pollfd){ .fd = end };
	if (poll(&p, 1, BARRIER_TIMEOUT_MS) == 0)
		log_warning("NOTIFY_SOCKET: no answer to BARRIER=1 within %d s",
			    BARRIER_TIMEOUT_MS / 1000);
	return 0;
}

int notify_wait(const struct notify *n, int pidfd, pid_t main_pid, struct err *e)
{
	struct pollfd p[] = {
		{ .fd = n->listener, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};

	for (;;) {
		int r;

		if (poll(p, ARRAY_SIZE(p), -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_set(e, errno, "poll");
		}
		r = p[0].revents ? notify_relay(n, main_pid, e) : 0;
		if (r < 0)
			return r;
		if (r > 0)
			return barrier(n, e);
		if (!p[0].revents && p[1].revents)
			return 0; /* it ended without a word */
	}
}
