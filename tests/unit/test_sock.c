/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sock.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Descriptors that are open, counted by looking at each. */
static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

TEST(pair_carries_messages_and_descriptors)
{
	int s[2], p[2], got[SOCK_FDS_MAX], fds[SOCK_FDS_MAX + 1];
	char buf[16] = "";
	size_t n = SOCK_FDS_MAX;

	CHECK_INT(sock_pair(s, NULL), 0);
	CHECK(fcntl(s[0], F_GETFD) & FD_CLOEXEC);
	CHECK_INT(pipe2(p, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = p[0];
	CHECK_INT(sock_send(s[0], "hello", 5, NULL, 0, NULL), 0);
	CHECK_INT(sock_send(s[0], "x", 1, fds, SOCK_FDS_MAX, NULL), 0);
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), 5);
	CHECK_INT(n, 0);
	CHECK(memcmp(buf, "hello", 5) == 0);
	n = SOCK_FDS_MAX;
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), 1);
	CHECK_INT(n, SOCK_FDS_MAX);
	for (size_t i = 0; i < n; i++) {
		CHECK(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
		close(got[i]);
	}
	CHECK_INT(sock_send(s[0], "x", 1, fds, SOCK_FDS_MAX + 1, NULL), -EINVAL);
	CHECK_INT(sock_send(s[0], "", 0, fds, 1, NULL), -EINVAL);
	close(s[0]);
	n = SOCK_FDS_MAX;
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), 0);
	CHECK_INT(sock_send(s[1], "x", 1, NULL, 0, NULL), -EPIPE);
	close(s[1]);
	close(p[0]);
	close(p[1]);
}

/* Sends more descriptors than this module would. */
static void send_many(int fd, int what, size_t n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * SOCK_FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (char[]){ 'x' }, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	for (size_t i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &what, sizeof(int));
	CHECK_INT(sendmsg(fd, &msg, 0), 1);
}

TEST(nothing_leaks_when_cut)
{
	int s[2], got[4], before;
	char buf[4];
	size_t n;

	CHECK_INT(sock_pair(s, NULL), 0);
	before = count_fds();
	send_many(s[0], s[0], 2 * SOCK_FDS_MAX);
	n = 4;
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), -EMSGSIZE);
	send_many(s[0], s[0], 3);
	n = 2;
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), -EMSGSIZE);
	send_many(s[0], s[0], 1);
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), NULL, NULL, NULL), -EMSGSIZE);
	/* A message that is longer than the buffer, too. */
	CHECK_INT(sock_send(s[0], "longer", 6, &s[0], 1, NULL), 0);
	n = 4;
	CHECK_INT(sock_recv(s[1], buf, sizeof(buf), got, &n, NULL), -EMSGSIZE);
	CHECK_INT(count_fds(), before);
	close(s[0]);
	close(s[1]);
}

static void talk(int dirfd, const char *path, int connect_dir, const char *connect_path)
{
	int l, c, a, got = -1;
	char buf[8] = "";
	size_t n = 1;

	l = sock_bind(dirfd, path, SOCK_STREAM, NULL);
	CHECK(l >= 0);
	CHECK_INT(listen(l, 1), 0);
	CHECK_INT(sock_bind(dirfd, path, SOCK_STREAM, NULL), -EADDRINUSE);
	c = sock_connect(connect_dir, connect_path, SOCK_STREAM, NULL);
	CHECK(c >= 0);
	a = accept4(l, NULL, NULL, SOCK_CLOEXEC);
	CHECK_INT(sock_send(c, "hi", 2, &l, 1, NULL), 0);
	CHECK_INT(sock_recv(a, buf, sizeof(buf), &got, &n, NULL), 2);
	CHECK_INT(n, 1);
	close(got);
	close(a);
	close(c);
	close(l);
	CHECK_INT(sock_connect(connect_dir, connect_path, SOCK_STREAM, NULL), -ECONNREFUSED);
	CHECK_INT(unlinkat(dirfd, path, 0), 0);
}

TEST(paths_of_any_length)
{
	char dir[] = "/tmp/test_sock.XXXXXX", deep[1024], path[1100], name[80];
	int fd, inner;

	CHECK(mkdtemp(dir));
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/s", dir);
	talk(AT_FDCWD, path, AT_FDCWD, path);
	talk(fd, "s", AT_FDCWD, path);

	strcpy(deep, dir);
	for (int i = 0; i < 3; i++) {
		size_t n = strlen(deep);

		deep[n] = '/';
		memset(deep + n + 1, 'a' + i, 200);
		deep[n + 201] = '\0';
		CHECK_INT(mkdir(deep, 0755), 0);
	}
	snprintf(path, sizeof(path), "%s/socket", deep);
	talk(AT_FDCWD, path, AT_FDCWD, path);
	inner = open(deep, O_PATH | O_DIRECTORY | O_CLOEXEC);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	talk(inner, name, inner, name);
	close(inner);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(rmdir(deep), 0);
		*strrchr(deep, '/') = '\0';
	}
	close(fd);
	rmdir(dir);
}

TEST(errors_name_the_path)
{
	char file[] = "/tmp/test_sock.XXXXXX";
	struct err e;
	int fd = mkostemp(file, O_CLOEXEC);

	close(fd);
	CHECK_INT(sock_connect(AT_FDCWD, "/no/socket", SOCK_STREAM, &e), -ENOENT);
	CHECK_STR(e.text, "connect /no/socket: no such file or directory");
	CHECK_INT(sock_connect(AT_FDCWD, file, SOCK_STREAM, NULL), -ECONNREFUSED);
	unlink(file);
	CHECK_INT(sock_bind(AT_FDCWD, "/no/dir/socket", SOCK_STREAM, &e), -ENOENT);
	CHECK_STR(e.text, "listen /no/dir/socket: no such file or directory");
	CHECK_INT(sock_bind(AT_FDCWD, "/tmp/", SOCK_STREAM, NULL), -EINVAL);
}

TEST_MAIN
