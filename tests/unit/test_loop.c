/* SPDX-License-Identifier: Apache-2.0 */
#include "core/loop.h"
#include "core/proc.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct seen {
	int calls, peer;
	char order[16];
};

static int end_with_five(struct loop *l _unused_, int fd _unused_, uint32_t events, void *data)
{
	struct seen *s = data;

	s->calls++;
	CHECK(events & EPOLLIN);
	return 5;
}

TEST(descriptor)
{
	struct loop *l = loop_new(NULL);
	struct seen s = { 0 };
	int p[2];

	CHECK_INT(pipe2(p, O_CLOEXEC), 0);
	CHECK_INT(loop_add(l, p[0], 0, end_with_five, NULL, NULL), 0);
	CHECK_INT(loop_add(l, p[0], EPOLLIN, end_with_five, &s, NULL), 0);
	CHECK_INT(write(p[1], "x", 1), 1);
	CHECK_INT(loop_run(l, NULL), 5);
	CHECK_INT(s.calls, 1);
	loop_remove(l, p[0]);
	loop_remove(l, p[0]);
	CHECK_INT(loop_modify(l, p[0], EPOLLIN, NULL), -ENOENT);
	CHECK_INT(loop_run(l, NULL), -EDEADLK);
	CHECK_INT(loop_add(l, -1, EPOLLIN, end_with_five, &s, NULL), -EBADF);
	loop_free(l);
	loop_free(NULL);
	close(p[0]);
	close(p[1]);
}

static int remove_peer(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	struct seen *s = data;

	s->calls++;
	loop_remove(l, fd == s->peer ? fd : s->peer);
	return 0;
}

static int stop(struct loop *l _unused_, int id _unused_, uint32_t events _unused_,
		void *data _unused_)
{
	return 9;
}

/* Both are ready in one round; the first removes the second, which must then not be called. */
TEST(removal_inside_a_callback)
{
	struct loop *l = loop_new(NULL);
	struct seen first = { 0 }, second = { 0 };
	int a[2], b[2];

	CHECK_INT(pipe2(a, O_CLOEXEC) + pipe2(b, O_CLOEXEC), 0);
	CHECK_INT(write(a[1], "x", 1) + write(b[1], "x", 1), 2);
	first.peer = b[0];
	second.peer = a[0];
	loop_add(l, a[0], EPOLLIN | EPOLLONESHOT, remove_peer, &first, NULL);
	loop_add(l, b[0], EPOLLIN | EPOLLONESHOT, remove_peer, &second, NULL);
	CHECK(loop_timer(l, 20, stop, NULL) > 0);
	CHECK_INT(loop_run(l, NULL), 9);
	CHECK_INT(first.calls + second.calls, 1);
	loop_free(l);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static int remove_self(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	struct seen *s = data;

	s->calls++;
	loop_remove(l, fd);
	close(fd);
	return s->calls == 2 ? 3 : 0;
}

TEST(removal_of_itself_and_closing)
{
	struct loop *l = loop_new(NULL);
	struct seen s = { 0 };
	int a[2], b[2];

	CHECK_INT(pipe2(a, O_CLOEXEC) + pipe2(b, O_CLOEXEC), 0);
	close(a[1]);
	close(b[1]);
	loop_add(l, a[0], EPOLLIN, remove_self, &s, NULL);
	loop_add(l, b[0], EPOLLIN, remove_self, &s, NULL);
	CHECK_INT(loop_run(l, NULL), 3);
	loop_free(l);
}

static int note(struct loop *l, int id _unused_, uint32_t events, void *data)
{
	struct seen *s = data;

	CHECK_INT(events, 0);
	s->order[s->calls] = (char)('a' + s->calls);
	return ++s->calls == 2 ? 7 : (loop_timer(l, 0, note, s), 0);
}

TEST(timers)
{
	struct loop *l = loop_new(NULL);
	struct seen s = { 0 }, other = { 0 };
	int64_t start = monotonic_ms();
	int id;

	id = loop_timer(l, 10, stop, NULL);
	CHECK(loop_timer(l, INT64_MAX, stop, NULL) != id);
	CHECK(loop_timer(l, 30, note, &s) > 0);
	loop_timer_cancel(l, id);
	loop_timer_cancel(l, 12345);
	CHECK_INT(loop_run(l, NULL), 7);
	CHECK(monotonic_ms() - start >= 30);
	CHECK_STR(s.order, "ab");
	CHECK_INT(other.calls, 0);
	loop_free(l);
}

struct order {
	char text[8];
	int n;
};

static int first_fn(struct loop *l _unused_, int id _unused_, uint32_t ev _unused_, void *data)
{
	struct order *o = data;

	o->text[o->n++] = '1';
	return 0;
}

static int last_fn(struct loop *l _unused_, int id _unused_, uint32_t ev _unused_, void *data)
{
	struct order *o = data;

	o->text[o->n++] = '2';
	return -ECANCELED;
}

TEST(timers_run_in_order)
{
	struct loop *l = loop_new(NULL);
	struct order o = { 0 };

	loop_timer(l, 20, last_fn, &o);
	loop_timer(l, 5, first_fn, &o);
	CHECK_INT(loop_run(l, NULL), -ECANCELED);
	CHECK_STR(o.text, "12");
	loop_free(l);
}

static int starve(struct loop *l, int id _unused_, uint32_t events _unused_, void *data)
{
	loop_timer(l, 0, starve, data);
	return 0;
}

/* Timers that set themselves anew without delay leave the descriptors their turn. */
TEST(timers_do_not_starve_descriptors)
{
	struct loop *l = loop_new(NULL);
	struct seen s = { 0 };
	int p[2];

	CHECK_INT(pipe2(p, O_CLOEXEC), 0);
	CHECK_INT(write(p[1], "x", 1), 1);
	loop_timer(l, 0, starve, NULL);
	loop_add(l, p[0], EPOLLIN, end_with_five, &s, NULL);
	CHECK_INT(loop_run(l, NULL), 5);
	loop_free(l);
	close(p[0]);
	close(p[1]);
}

TEST(signals_are_descriptors)
{
	struct loop *l = loop_new(NULL);
	struct seen s = { 0 };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop_add(l, fd, EPOLLIN, end_with_five, &s, NULL);
	raise(SIGUSR1);
	CHECK_INT(loop_run(l, NULL), 5);
	loop_free(l);
	close(fd);
}

TEST_MAIN
