/* SPDX-License-Identifier: Apache-2.0 */
#include "net/json_stream.h"

#include <errno.h>

void json_stream_done(struct json_stream *s)
{
	str_done(&s->buf);
}

/* Drops the texts that were given out; what stays is less than one text, so this is linear. */
void json_stream_feed(struct json_stream *s, const void *bytes, size_t n)
{
	if (s->start > 0) {
		s->buf.len -= s->start;
		memmove(s->buf.p, s->buf.p + s->start, s->buf.len);
		s->pos -= s->start;
		s->start = 0;
	}
	if (n > 0)
		str_add_bytes(&s->buf, bytes, n);
}

/* To where the next text begins. Returns whether there is one. */
static bool skip_space(struct json_stream *s)
{
	while (s->pos < s->buf.len && strchr(" \t\r\n", s->buf.p[s->pos]) && s->buf.p[s->pos])
		s->pos++;
	s->start = s->pos;
	return s->pos < s->buf.len;
}

/* Takes one character into account. Returns whether the text ends with it. */
static bool step(struct json_stream *s, char c)
{
	if (s->in_string) {
		s->in_string = s->escaped || c != '"';
		s->escaped = !s->escaped && c == '\\';
		return false;
	}
	if (c == '"')
		s->in_string = true;
	else if (c == '{' || c == '[')
		s->depth++;
	else if (c == '}' || c == ']')
		s->depth--;
	return s->depth == 0;
}

int json_stream_next(struct json_stream *s, const char **text, size_t *len, struct err *e)
{
	bool complete = false;

	if (s->depth == 0 && !skip_space(s))
		return 0;
	if (s->depth == 0 && s->buf.p[s->start] != '{')
		return err_msg(e, EBADMSG, "not JSON-RPC: a message has to be an object");
	while (s->pos < s->buf.len && !complete)
		complete = step(s, s->buf.p[s->pos++]);
	if (s->pos - s->start > s->max)
		return err_msg(e, EFBIG, "a message is larger than %zu bytes", s->max);
	if (!complete)
		return 0;
	*text = s->buf.p + s->start;
	*len = s->pos - s->start;
	s->start = s->pos;
	return 1;
}

bool json_stream_is_partial(const struct json_stream *s)
{
	return s->depth > 0;
}
