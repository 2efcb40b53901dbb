/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What is read at a time, and kept of buffers that were emptied. */
#define PIECE (16u << 10)

struct channel {
	struct loop *loop;
	struct channel_options options;
	int in, out;
	struct str input;
	size_t scanned; /* bytes of input that have no newline */
	bool skipping;	/* the rest of a line that is too long */
	bool paused;
	bool eof;
	bool told; /* of the eof: what came before it is told first */
	bool finished;
	bool deaf; /* nobody reads what we write any more; what comes is read to its end */
	int timer; /* what is to be done apart from the caller; 0: none */
	struct str output;
	size_t sent; /* bytes of output that are written */
	bool *freed; /* of the loop over lines: a callback freed the channel */
};

static int on_input(struct loop *l, int fd, uint32_t events, void *data);
static int on_output(struct loop *l, int fd, uint32_t events, void *data);

static int watch(struct channel *c, struct err *e)
{
	int r = loop_add(c->loop, c->in, EPOLLIN, on_input, c, e);

	if (r == 0 && c->out != c->in)
		r = loop_add(c->loop, c->out, 0, on_output, c, e);
	return r;
}

/* What fails here the descriptors tell themselves, as their end. */
static void update(struct channel *c)
{
	uint32_t in = c->paused || c->eof ? 0 : EPOLLIN,
		 out = c->sent < c->output.len ? EPOLLOUT : 0;

	if (c->out == c->in)
		in |= out;
	else if (!c->deaf)
		(void)loop_modify(c->loop, c->out, out, NULL);
	(void)loop_modify(c->loop, c->in, in, NULL);
}

int channel_new(struct loop *l, int in, int out, const struct channel_options *options,
		struct channel **out_channel, struct err *e)
{
	struct channel *c = xcalloc(1, sizeof(*c));
	int r = 0;

	c->loop = l;
	c->options = *options;
	c->in = in;
	c->out = out;
	if (fcntl(in, F_SETFL, O_NONBLOCK) < 0 || fcntl(out, F_SETFL, O_NONBLOCK) < 0)
		r = err_set(e, errno, "set a descriptor up");
	else
		r = watch(c, e);
	if (r < 0) {
		channel_free(c);
		return r;
	}
	*out_channel = c;
	return 0;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	if (c->freed)
		*c->freed = true;
	loop_timer_cancel(c->loop, c->timer);
	loop_remove(c->loop, c->in);
	if (c->out != c->in) {
		loop_remove(c->loop, c->out);
		(void)fd_close(c->out);
	}
	(void)fd_close(c->in);
	str_done(&c->input);
	str_done(&c->output);
	free(c);
}

/* Drops the first @n bytes, and memory that a burst has left. */
static void drop(struct str *s, size_t n)
{
	s->len -= n;
	if (s->len == 0 && s->cap > 2 * PIECE)
		str_done(s);
	else if (n > 0)
		memmove(s->p, s->p + n, s->len + 1);
}

static int end(struct channel *c)
{
	return c->options.end(c, c->options.data);
}

/* One line that is there whole, or is known to be too long. 1, 0 when there is none. */
static int next_line(struct channel *c, size_t *at, const char **line, size_t *len)
{
	char *start = c->input.p + *at;
	char *newline = memchr(start + c->scanned, '\n', c->input.len - *at - c->scanned);

	if (!newline) {
		c->scanned = c->input.len - *at;
		if (c->scanned <= c->options.line_max)
			return 0;
		/* Told once; its rest is not kept. */
		*at = c->input.len;
		c->scanned = 0;
		*line = NULL;
		*len = 0;
		c->skipping = true;
		return 1;
	}
	*newline = '\0';
	*at += (size_t)(newline - start) + 1;
	c->scanned = 0;
	*len = (size_t)(newline - start);
	*line = start;
	if (*len > c->options.line_max) {
		*line = NULL;
		*len = 0;
	}
	return 1;
}

/* The end of a line that was too long and has been told of. */
static void skip(struct channel *c, size_t *at)
{
	char *newline = NULL;

	if (!c->skipping || c->input.len == 0)
		return;
	newline = memchr(c->input.p, '\n', c->input.len);
	*at = newline ? (size_t)(newline - c->input.p) + 1 : c->input.len;
	c->skipping = !newline;
}

/* What is left is a last line that came without its newline. */
static int tell_eof(struct channel *c)
{
	bool freed = false;
	int r = 0;

	c->told = true;
	if (c->input.len > 0 && !c->skipping) {
		c->freed = &freed;
		r = c->options.line(c, c->input.p, c->input.len, c->options.data);
		if (freed)
			return r;
		c->freed = NULL;
		str_done(&c->input);
	}
	return r == 0 ? c->options.eof(c, c->options.data) : r;
}

static int tell_lines(struct channel *c)
{
	bool freed = false;
	size_t at = 0, len = 0;
	const char *line = NULL;
	int r = 0;

	c->freed = &freed;
	skip(c, &at);
	/* A pause takes effect between two lines. */
	while (r == 0 && !c->paused && at < c->input.len && next_line(c, &at, &line, &len)) {
		r = c->options.line(c, line, len, c->options.data);
		if (freed)
			return r;
	}
	c->freed = NULL;
	drop(&c->input, at);
	/* A pause may have left lines, which come before the end. */
	return r == 0 && c->eof && !c->told && !c->paused ? tell_eof(c) : r;
}

static int on_eof(struct channel *c)
{
	c->eof = true;
	update(c);
	return tell_lines(c);
}

static int on_input(struct loop *l, int fd, uint32_t events, void *data)
{
	struct channel *c = data;
	ssize_t n = 0;

	if (fd == c->out && (events & EPOLLOUT))
		return on_output(l, fd, events, data);
	if (c->eof)
		return end(c); /* hung up */
	str_reserve(&c->input, PIECE);
	n = read(c->in, c->input.p + c->input.len, PIECE);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0 && c->options.eof && !(events & EPOLLHUP))
		return on_eof(c);
	if (n <= 0)
		return end(c);
	c->input.len += (size_t)n;
	c->input.p[c->input.len] = '\0';
	return tell_lines(c);
}

/* What fails is told by the loop. */
static bool flush(struct channel *c)
{
	ssize_t n = 0;

	while (c->sent < c->output.len) {
		n = write(c->out, c->output.p + c->sent, c->output.len - c->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		c->sent += (size_t)n;
	}
	drop(&c->output, c->sent);
	c->sent = 0;
	return true;
}

static int on_output(struct loop *l _unused_, int fd _unused_, uint32_t events, void *data)
{
	struct channel *c = data;

	bool good = !(events & (EPOLLERR | EPOLLHUP)) && flush(c);

	/* A process that ends may close its input before it says its last words. */
	if (!good && c->out != c->in) {
		loop_remove(c->loop, c->out);
		c->deaf = true;
		str_done(&c->output);
		c->sent = 0;
		return 0;
	}
	if (!good)
		return end(c);
	if (c->finished && c->output.len == 0)
		return end(c);
	update(c);
	return 0;
}

int channel_send(struct channel *c, const char *line, size_t len)
{
	if (c->deaf)
		return 0;
	if (c->output.len - c->sent + len + 1 > c->options.output_max)
		return -ENOBUFS;
	str_add_bytes(&c->output, line, len);
	str_add_char(&c->output, '\n');
	/* Whether the other side is still there the loop finds out. */
	(void)flush(c);
	update(c);
	return 0;
}

/* Apart from whoever asked for it, in whose hands the channel may be. */
static int on_timer(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct channel *c = data;

	c->timer = 0;
	if (c->finished && c->output.len == 0)
		return end(c);
	return tell_lines(c);
}

static void call_later(struct channel *c)
{
	if (!c->timer)
		c->timer = loop_timer(c->loop, 0, on_timer, c);
}

void channel_finish(struct channel *c)
{
	c->finished = true;
	if (c->output.len == 0)
		call_later(c);
}

void channel_pause(struct channel *c, bool pause)
{
	if (c->paused == pause)
		return;
	c->paused = pause;
	update(c);
	if (!pause)
		call_later(c);
}
