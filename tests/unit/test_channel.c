/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/channel.h"
#include "test.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static struct err e;

/* A channel, and the other end of its socket. */
struct box {
	struct loop *loop;
	struct channel *channel;
	int peer;
	struct str lines; /* what was told: "line|" each, "<too long>|", "<eof>|", "<end>" */
	size_t pause_after;
	size_t n;
};

enum { LINE_MAX_ = 20, OUTPUT_MAX = 1 << 20 };

static int on_line(struct channel *c, const char *line, size_t len, void *data)
{
	struct box *b = data;

	CHECK_INT(line ? strlen(line) : 0, len);
	str_addf(&b->lines, "%s|", line ? line : "<too long>");
	if (++b->n == b->pause_after)
		channel_pause(c, true);
	return 0;
}

static int on_eof(struct channel *c, void *data)
{
	struct box *b = data;

	str_add(&b->lines, "<eof>|");
	CHECK_INT(channel_send(c, "last", 4), 0);
	channel_finish(c);
	return 0;
}

static int on_end(struct channel *c, void *data)
{
	struct box *b = data;

	str_add(&b->lines, "<end>");
	channel_free(c);
	b->channel = NULL;
	return 1;
}

static void box_init(struct box *b, bool eof)
{
	const struct channel_options options = { .line_max = LINE_MAX_,
						 .output_max = OUTPUT_MAX,
						 .line = on_line,
						 .eof = eof ? on_eof : NULL,
						 .end = on_end,
						 .data = b };
	int pair[2];

	*b = (struct box){ 0 };
	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	b->loop = loop_new(&e);
	b->peer = pair[1];
	CHECK_INT(channel_new(b->loop, pair[0], pair[0], &options, &b->channel, &e), 0);
}

static void box_done(struct box *b)
{
	channel_free(b->channel);
	loop_free(b->loop);
	(void)fd_close(b->peer);
	str_done(&b->lines);
}

static void put(struct box *b, const char *text)
{
	CHECK_INT(write(b->peer, text, strlen(text)), strlen(text));
}

static int stop(struct loop *l _unused_, int id _unused_, uint32_t ev _unused_, void *d _unused_)
{
	return 2;
}

/* All that there is to do now. */
static void settle(struct box *b)
{
	int r = 0;

	(void)loop_timer(b->loop, 50, stop, NULL);
	r = loop_run(b->loop, &e);
	CHECK(r == 1 || r == 2);
}

TEST(tells_lines_however_they_come)
{
	struct box b;

	box_init(&b, false);
	put(&b, "one\ntw");
	settle(&b);
	put(&b, "o\n\nthree\n");
	settle(&b);
	CHECK_STR(b.lines.p, "one|two||three|");
	box_done(&b);
}

TEST(a_line_that_is_too_long_is_told_once)
{
	struct box b;

	box_init(&b, false);
	put(&b, "a\n123456789012345678901\nb\n");
	put(&b, "1234567890123456789012345");
	settle(&b);
	put(&b, "1234567890123456789012345\nc\n12345678901234567890\n");
	settle(&b);
	CHECK_STR(b.lines.p, "a|<too long>|b|<too long>|c|12345678901234567890|");
	box_done(&b);
}

TEST(a_pause_loses_nothing)
{
	struct box b;

	box_init(&b, false);
	b.pause_after = 2;
	put(&b, "1\n2\n3\n4\n");
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|");
	put(&b, "5\n");
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|");
	channel_pause(b.channel, false);
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|3|4|5|");
	box_done(&b);
}

TEST(what_a_pause_has_left_comes_before_the_end)
{
	struct box b;

	box_init(&b, true);
	b.pause_after = 2;
	put(&b, "1\n2\n3\n4\n5");
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|");
	CHECK_INT(shutdown(b.peer, SHUT_WR), 0);
	channel_pause(b.channel, false);
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|3|4|5|<eof>|<end>");
	box_done(&b);
}

TEST(who_sends_no_more_is_still_answered)
{
	char answer[16] = "";
	struct box b;

	box_init(&b, true);
	put(&b, "1\n2");
	CHECK_INT(shutdown(b.peer, SHUT_WR), 0);
	settle(&b);
	CHECK_STR(b.lines.p, "1|2|<eof>|<end>");
	CHECK_INT(read(b.peer, answer, sizeof(answer)), 5);
	CHECK_STR(answer, "last\n");
	box_done(&b);
}

TEST(who_hangs_up_is_gone)
{
	struct box b;

	box_init(&b, true);
	put(&b, "1\n");
	b.peer = fd_close(b.peer);
	settle(&b);
	settle(&b);
	CHECK_HAS(b.lines.p, "<end>");
	box_done(&b);
}

TEST(output_waits_up_to_a_bound)
{
	static char line[64 << 10];
	struct box b;
	size_t sent = 0, got = 0;
	ssize_t n = 0;

	memset(line, 'x', sizeof(line));
	box_init(&b, false);
	while (channel_send(b.channel, line, sizeof(line)) == 0 && sent < 1000)
		sent++;
	CHECK(sent >= OUTPUT_MAX / sizeof(line) - 1 && sent < 1000);
	while (got < sent * (sizeof(line) + 1)) {
		n = recv(b.peer, line, sizeof(line), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			settle(&b);
			continue;
		}
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	CHECK_INT(got, sent * (sizeof(line) + 1));
	CHECK_INT(channel_send(b.channel, "x", 1), 0);
	box_done(&b);
}

TEST_MAIN
