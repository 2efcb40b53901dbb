/* SPDX-License-Identifier: Apache-2.0 */
/* What another process may send to the runtime. A byte says how many descriptors come with a
 * message and who waits for it, two how long it is; then its bytes. */
#include "core/sock.h"
#include "core/utf8.h"
#include "engine/init/sync.h"
#include <fcntl.h>
#include <unistd.h>

#define SENT_MAX 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

/* Callers return -num and print the text as one line. */
static void check_error(const struct err *e)
{
	size_t n = strnlen(e->text, sizeof(e->text)), left = n;
	char piece[UTF8_VISIBLE_MAX];

	require(e->num > 0 && n > 0 && n < sizeof(e->text));
	for (const char *s = e->text; left > 0;) {
		const char *from = s;

		require(utf8_visible(&s, &left, piece) == (size_t)(s - from));
	}
}

static int lowest_fd(int any)
{
	int fd = dup(any);

	require(fd >= 0);
	(void)fd_close(fd);
	return fd;
}

static void receive_any(int sock)
{
	struct sync_msg msg;
	struct err e = { 0 };
	int fd = -1, r = sync_recv(sock, &msg, &fd, &e);

	require(r <= 1 && (r > 0 || fd < 0));
	if (r < 0)
		check_error(&e);
	if (r > 0 && msg.type == SYNC_ERROR)
		check_error(&msg.err);
	fd_close_p(&fd);
}

static void receive_expected(int sock, enum sync_type type)
{
	int fds[SENT_MAX - 1], r;
	size_t n = ARRAY_SIZE(fds);
	struct err e = { 0 };

	r = sync_expect_fds(sock, type, fds, &n, &e);
	require(r <= 0 && n <= ARRAY_SIZE(fds) && (r == 0 || n == 0));
	if (r < 0)
		check_error(&e);
	while (n > 0)
		fd_close_p(&fds[--n]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2], sent[SENT_MAX], lowest;

	require(sock_pair(pair, NULL) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++)
		sent[i] = pair[i % 2];
	lowest = lowest_fd(pair[0]);
	while (size > 3) {
		size_t n_fds = data[0] & 7, len = data[1] | (size_t)(data[2] & 7) << 8;
		int who = data[0] >> 3;

		len = MIN(len, size - 3);
		if (len > 0)
			require(sock_send(pair[0], data + 3, len, sent, n_fds, NULL) == 0);
		data += 3 + len;
		size -= 3 + len;
		if (len > 0 && who < SYNC_MAPS)
			receive_any(pair[1]);
		else if (len > 0)
			receive_expected(pair[1], (enum sync_type)who);
		require(lowest_fd(pair[0]) == lowest);
	}
	fd_close_p(&pair[0]);
	receive_any(pair[1]);
	fd_close_p(&pair[1]);
	return 0;
}
