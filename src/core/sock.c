/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sock.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define FDS_MAX SOCK_FDS_MAX

union fds_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

int sock_pair(int out[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) < 0)
		return err_set(e, errno, "socketpair");
	return 0;
}

/* What limits the wait for a place in the listener's queue. */
static int limit_connect(int fd, int timeout_ms, struct err *e)
{
	struct timeval tv = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0)
		return err_set(e, errno, "limit a socket's time");
	return 0;
}

/* The descriptor gives the socket a short name, however long its path is. */
int sock_connect_timeout(int dirfd, const char *path, int type, int timeout_ms, struct err *e)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	autofd int file = -1, fd = -1;
	int r;

	file = openat(dirfd, path, O_PATH | O_CLOEXEC);
	if (file < 0)
		return err_set(e, errno, "connect %s", path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d", file);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(e, errno, "socket");
	r = timeout_ms ? limit_connect(fd, timeout_ms, e) : 0;
	if (r < 0)
		return r;
	do
		r = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(e, timeout_ms && errno == EAGAIN ? ETIMEDOUT : errno, "connect %s",
			       path);
	r = timeout_ms ? limit_connect(fd, 0, e) : 0;
	return r < 0 ? r : TAKE_FD(fd);
}

int sock_connect(int dirfd, const char *path, int type, struct err *e)
{
	return sock_connect_timeout(dirfd, path, type, 0, e);
}

/* Opens the directory of a path and gives its last component. */
static int open_dir_of(int dirfd, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	int fd;

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, n ? path : ".", n ? n : 1);
	dir[n ? n : 1] = '\0';
	fd = openat(dirfd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*name = path + n;
	return fd;
}

static int bind_in(int fd, int dir, const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int n;

	n = snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	if (!*name)
		return -EINVAL;
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
}

int sock_bind(int dirfd, const char *path, int type, struct err *e)
{
	autofd int dir = -1, fd = -1;
	const char *name = NULL;
	int r;

	dir = open_dir_of(dirfd, path, &name);
	if (dir < 0)
		return err_set(e, -dir, "listen %s", path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(e, errno, "socket");
	r = bind_in(fd, dir, name);
	if (r < 0)
		return err_set(e, -r, "listen %s", path);
	return TAKE_FD(fd);
}

static void put_fds(struct msghdr *msg, union fds_control *control, const int *fds, size_t n)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->bytes;
	msg->msg_controllen = CMSG_SPACE(n * sizeof(int));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
}

/* A stream may take a part only; the descriptors go with the first. */
static int send_rest(int fd, const char *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int sock_send(int fd, const void *buf, size_t len, const int *fds, size_t n_fds, struct err *e)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fds_control control;
	ssize_t n;
	int r;

	/* A stream drops descriptors that come without a byte. */
	if (n_fds > FDS_MAX || (n_fds > 0 && len == 0))
		return err_set(e, EINVAL, "send");
	if (n_fds > 0)
		put_fds(&msg, &control, fds, n_fds);
	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	r = n < 0 ? -errno : send_rest(fd, (const char *)buf + n, len - (size_t)n);
	return r < 0 ? err_set(e, -r, "send") : 0;
}

/* Collects what was received, at most what the control buffer holds. */
static size_t get_fds(struct msghdr *msg, int got[FDS_MAX])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t here;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		here = MIN((c->cmsg_len - CMSG_LEN(0)) / sizeof(int), FDS_MAX - n);
		memcpy(got + n, CMSG_DATA(c), here * sizeof(int));
		n += here;
	}
	return n;
}

int sock_recv(int fd, void *buf, size_t len, int *fds, size_t *n_fds, struct err *e)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	union fds_control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	size_t room = n_fds ? MIN(*n_fds, (size_t)FDS_MAX) : 0, got_n;
	int got[FDS_MAX];
	ssize_t n;

	memset(&control, 0, sizeof(control));
	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "receive");
	got_n = get_fds(&msg, got);
	if (msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC) || got_n > room || n > INT_MAX) {
		while (got_n > 0)
			fd_close(got[--got_n]);
		return err_set(e, EMSGSIZE, "receive");
	}
	if (got_n > 0)
		memcpy(fds, got, got_n * sizeof(int));
	if (n_fds)
		*n_fds = got_n;
	return (int)n;
}
