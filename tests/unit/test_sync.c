/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/sync.h"

#include "core/sock.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int pair[2];

static void open_pair(void)
{
	CHECK_INT(sock_pair(pair, NULL), 0);
}

static void close_pair(void)
{
	pair[0] = fd_close(pair[0]);
	pair[1] = fd_close(pair[1]);
}

TEST(an_error_arrives_as_it_was)
{
	struct err e = { 0 }, got = { 0 };

	open_pair();
	err_set(&e, ENOENT, "open %s", "/x");
	sync_send_error(pair[0], &e);
	CHECK_INT(sync_expect(pair[1], SYNC_READY, &got), -ENOENT);
	CHECK_STR(got.text, "open /x: no such file or directory");
	close_pair();
}

TEST(the_end_of_the_stream_is_no_message)
{
	struct sync_msg msg;
	struct err e = { 0 };

	open_pair();
	pair[0] = fd_close(pair[0]);
	CHECK_INT(sync_recv(pair[1], &msg, NULL, &e), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), -EPIPE);
	close_pair();
}

TEST(last_words_arrive_though_our_message_was_not_read)
{
	struct err e = { 0 }, got = { 0 };

	open_pair();
	CHECK_INT(sync_send(pair[1], SYNC_GO, -1, &e), 0);
	err_set(&e, EINVAL, "hostname");
	sync_send_error(pair[0], &e);
	pair[0] = fd_close(pair[0]);
	CHECK_INT(sync_expect(pair[1], SYNC_READY, &got), -EINVAL);
	CHECK_STR(got.text, "hostname: invalid argument");
	CHECK_INT(sync_expect(pair[1], SYNC_READY, &got), -EPIPE);
	close_pair();
}

TEST(a_pid_comes_as_it_is)
{
	struct sync_msg msg;
	struct err e = { 0 };

	open_pair();
	CHECK_INT(sync_send_pid(pair[0], 4711, &e), 0);
	CHECK_INT(sync_recv(pair[1], &msg, NULL, &e), 1);
	CHECK_INT(msg.type, SYNC_PID);
	CHECK_INT(msg.pid, 4711);
	close_pair();
}

TEST(a_descriptor_is_closed_on_exec)
{
	struct sync_msg msg;
	struct err e = { 0 };
	int fd = -1;

	open_pair();
	CHECK_INT(sync_send(pair[0], SYNC_NOTIFY, pair[0], &e), 0);
	CHECK_INT(sync_recv(pair[1], &msg, &fd, &e), 1);
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	(void)fd_close(fd);
	close_pair();
}

TEST(a_wrong_or_short_message_is_an_error)
{
	struct sync_msg msg;
	struct err e = { 0 };

	open_pair();
	CHECK_INT(sync_send(pair[0], SYNC_READY, -1, &e), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), -EPROTO);
	CHECK_INT(sock_send(pair[0], "x", 1, NULL, 0, &e), 0);
	CHECK_INT(sync_recv(pair[1], &msg, NULL, &e), -EPROTO);
	close_pair();
}

TEST(a_malformed_error_is_an_error_all_the_same)
{
	struct sync_msg bad = { .type = SYNC_ERROR, .err = { .num = -7, .text = "a\nb" } }, msg;
	struct err e = { 0 };

	open_pair();
	CHECK_INT(sock_send(pair[0], &bad, sizeof(bad), NULL, 0, &e), 0);
	CHECK_INT(sync_recv(pair[1], &msg, NULL, &e), 1);
	CHECK_INT(msg.err.num, EIO);
	CHECK_STR(msg.err.text, "a\\nb");
	memset(bad.err.text, 'x', sizeof(bad.err.text));
	bad.err.num = 0;
	CHECK_INT(sock_send(pair[0], &bad, sizeof(bad), NULL, 0, &e), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), -EIO);
	CHECK_INT(e.num, EIO);
	CHECK_INT(strlen(e.text), ERR_TEXT_MAX - 1);
	/* Without its text, as no other type has one. */
	CHECK_INT(sock_send(pair[0], &bad, offsetof(struct sync_msg, err), NULL, 0, &e), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), -EIO);
	CHECK_STR(e.text, "unknown error");
	close_pair();
}

TEST(descriptors_that_nobody_expects_are_closed)
{
	struct sync_msg ready = { .type = SYNC_READY };
	const size_t lengths[] = { sizeof(ready.type), offsetof(struct sync_msg, err) };
	const int sent[2] = { 1, 2 };
	struct err e = { 0 };
	int fds[4], lowest;
	size_t n;

	open_pair();
	lowest = dup(pair[0]);
	(void)close(lowest);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		n = ARRAY_SIZE(fds);
		CHECK_INT(sock_send(pair[0], &ready, lengths[i], sent, 2, &e), 0);
		CHECK_INT(sync_expect_fds(pair[1], SYNC_GO, fds, &n, &e), -EPROTO);
		CHECK_INT(n, 0);
	}
	CHECK_INT(dup(pair[0]), lowest);
	(void)close(lowest);
	close_pair();
}

TEST(a_signal_ends_a_wait_and_not_the_process)
{
	struct err e = { 0 };
	sigset_t now;

	open_pair();
	CHECK_INT(sync_interruptible(&e), 0);
	/* A message that is there comes first only if no signal is. */
	CHECK_INT(sync_send(pair[0], SYNC_GO, -1, &e), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), 0);
	CHECK_INT(kill(getpid(), SIGTERM), 0);
	CHECK_INT(sync_expect(pair[1], SYNC_GO, &e), -EINTR);
	CHECK_HAS(e.text, "interrupted by signal");
	sync_uninterruptible(false);
	CHECK_INT(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	CHECK(!sigismember(&now, SIGTERM));
	close_pair();
}

TEST_MAIN
