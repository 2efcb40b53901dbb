/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sock.h"
#include "net/subscribers.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct box {
	char dir[64], path[80];
	struct loop *loop;
	struct subscribers *s;
};

static int end(struct loop *l _unused_, int id _unused_, uint32_t events _unused_,
	       void *data _unused_)
{
	return 1;
}

/* Everything that is ready now is done, several times over. */
static void turn(struct box *b)
{
	for (int i = 0; i < 4; i++) {
		loop_timer(b->loop, 0, end, NULL);
		CHECK_INT(loop_run(b->loop, NULL), 1);
	}
}

static char *greet(void *data)
{
	return xstrdup(data);
}

static void box_init(struct box *b, const char *greeting)
{
	snprintf(b->dir, sizeof(b->dir), "/tmp/subscribers.XXXXXX");
	CHECK(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/socket", b->dir);
	b->loop = loop_new(NULL);
	CHECK_INT(subscribers_new(b->loop, b->path, greeting ? greet : NULL, (void *)greeting,
				  &b->s, NULL),
		  0);
}

static void box_done(struct box *b)
{
	subscribers_free(b->s);
	loop_free(b->loop);
	CHECK_INT(access(b->path, F_OK), -1);
	/* Fails when anything was left in it. */
	CHECK_INT(rmdir(b->dir), 0);
}

static int subscribe(struct box *b)
{
	int fd = sock_connect(AT_FDCWD, b->path, SOCK_STREAM | SOCK_NONBLOCK, NULL);

	CHECK(fd >= 0);
	turn(b);
	return fd;
}

/* What can be read now; "" also at the end. */
static const char *text(int fd)
{
	static char buf[256];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	buf[MAX(n, 0)] = '\0';
	return buf;
}

TEST(everybody_gets_every_line)
{
	struct box b;
	int one, two;

	box_init(&b, "hello");
	one = subscribe(&b);
	two = subscribe(&b);
	CHECK_INT(subscribers_count(b.s), 2);
	CHECK_STR(text(one), "hello\n");
	subscribers_send(b.s, "line", 4);
	CHECK_STR(text(one), "line\n");
	CHECK_STR(text(two), "hello\nline\n");
	/* One goes; what he still says is nobody's business. */
	CHECK_INT(write(one, "x", 1), 1);
	turn(&b);
	CHECK_INT(subscribers_count(b.s), 2);
	close(one);
	turn(&b);
	CHECK_INT(subscribers_count(b.s), 1);
	subscribers_send(b.s, "more", 4);
	CHECK_STR(text(two), "more\n");
	close(two);
	box_done(&b);
}

TEST(who_does_not_read_is_dropped)
{
	static char line[4096];
	struct box b;
	int slow, quick, kept = 0;

	memset(line, 'x', sizeof(line));
	box_init(&b, NULL);
	slow = subscribe(&b);
	quick = subscribe(&b);
	while (subscribers_count(b.s) == 2 && kept < 10000) {
		subscribers_send(b.s, line, sizeof(line));
		while (*text(quick))
			;
		kept++;
	}
	CHECK_INT(subscribers_count(b.s), 1);
	/* Not before his backlog was full. */
	CHECK(kept >= SUBSCRIBER_BACKLOG / (int)sizeof(line));
	subscribers_send(b.s, "still", 5);
	CHECK_STR(text(quick), "still\n");
	close(slow);
	close(quick);
	box_done(&b);
}

TEST(who_reads_late_gets_all)
{
	static char line[4096];
	struct box b;
	size_t got = 0;
	ssize_t n;
	char buf[1000];
	int fd;

	memset(line, 'x', sizeof(line));
	box_init(&b, NULL);
	fd = subscribe(&b);
	/* More than the socket takes, less than the backlog. */
	for (int i = 0; i < 60; i++)
		subscribers_send(b.s, line, sizeof(line));
	CHECK_INT(subscribers_count(b.s), 1);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		got += (size_t)n;
		turn(&b);
	}
	CHECK_INT(got, 60 * (sizeof(line) + 1));
	close(fd);
	box_done(&b);
}

TEST(too_many)
{
	struct box b;
	int fds[SUBSCRIBERS_MAX + 1];

	box_init(&b, "hello");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = subscribe(&b);
	CHECK_INT(subscribers_count(b.s), SUBSCRIBERS_MAX);
	CHECK_INT(read(fds[SUBSCRIBERS_MAX], (char[1]){ 0 }, 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	turn(&b);
	CHECK_INT(subscribers_count(b.s), 0);
	box_done(&b);
}

TEST(no_descriptor_left)
{
	struct rlimit was, none;
	struct box b;
	int one, two;

	box_init(&b, NULL);
	one = sock_connect(AT_FDCWD, b.path, SOCK_STREAM | SOCK_NONBLOCK, NULL);
	CHECK(one >= 0);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ 0, was.rlim_max };
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	turn(&b);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &was), 0);
	CHECK_INT(subscribers_count(b.s), 0);
	/* He comes in with the next one. */
	two = subscribe(&b);
	CHECK_INT(subscribers_count(b.s), 2);
	close(one);
	close(two);
	box_done(&b);
}

TEST(the_socket)
{
	struct subscribers *other = NULL;
	struct stat st;
	struct box b;
	int fd;

	box_init(&b, NULL);
	CHECK_INT(stat(b.path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(subscribers_new(b.loop, b.path, NULL, NULL, &other, NULL), -EADDRINUSE);
	subscribers_free(b.s);
	/* One that was left by somebody who was killed. */
	fd = sock_bind(AT_FDCWD, b.path, SOCK_STREAM, NULL);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(subscribers_new(b.loop, b.path, NULL, NULL, &b.s, NULL), 0);
	fd = subscribe(&b);
	CHECK_INT(subscribers_count(b.s), 1);
	close(fd);
	box_done(&b);
}

TEST(no_socket)
{
	struct subscribers *s = NULL;
	struct loop *l = loop_new(NULL);
	struct err e = { 0 };

	CHECK_INT(subscribers_new(l, "/dev/null", NULL, NULL, &s, &e), -EADDRINUSE);
	CHECK_HAS(e.text, "/dev/null");
	CHECK_INT(subscribers_new(l, "/no/such/socket", NULL, NULL, &s, &e), -ENOENT);
	loop_free(l);
}

TEST_MAIN
