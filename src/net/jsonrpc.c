/* SPDX-License-Identifier: Apache-2.0 */
#include "net/jsonrpc.h"

#include "core/proc.h"
#include "core/sock.h"
#include "net/json_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#define RECEIVE_SIZE 65536

struct jsonrpc {
	int fd;
	uint64_t last_id;
	struct json_stream in;
	char buf[RECEIVE_SIZE];
};

/* ---- connecting ---- */

int jsonrpc_open(const char *path, int timeout_ms, struct jsonrpc **out, struct err *e)
{
	struct jsonrpc *c;
	int fd = sock_connect_timeout(AT_FDCWD, path, SOCK_STREAM, timeout_ms, e);

	if (fd < 0)
		return fd;
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->in.max = JSONRPC_MESSAGE_MAX;
	*out = c;
	return 0;
}

void jsonrpc_close(struct jsonrpc *c)
{
	if (!c)
		return;
	fd_close(c->fd);
	json_stream_done(&c->in);
	free(c);
}

void jsonrpc_close_p(struct jsonrpc **c)
{
	jsonrpc_close(*c);
}

/* ---- waiting ---- */

/* Until the socket is ready. @deadline: on the monotonic clock; 0: none. */
static int wait_for(const struct jsonrpc *c, short events, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = c->fd, .events = events };
	int64_t left;
	int r;

	do {
		left = deadline ? deadline - monotonic_ms() : INT_MAX;
		r = left > 0 ? poll(&p, 1, deadline ? (int)left : -1) : 0;
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(e, errno, "wait for the server");
	if (r == 0)
		return err_msg(e, ETIMEDOUT, "the server does not answer");
	return 0;
}

static int lost(struct err *e)
{
	return err_msg(e, ECONNRESET, "the server has closed the connection");
}

static int send_text(struct jsonrpc *c, const char *text, size_t len, int64_t deadline,
		     struct err *e)
{
	while (len > 0) {
		ssize_t n = send(c->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		int r;

		if (n < 0 && errno == EAGAIN) {
			r = wait_for(c, POLLOUT, deadline, e);
			if (r < 0)
				return r;
		} else if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			return lost(e);
		} else if (n < 0 && errno != EINTR) {
			return err_set(e, errno, "send to the server");
		} else if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Waits for some bytes and takes them in. */
static int receive(struct jsonrpc *c, int64_t deadline, struct err *e)
{
	ssize_t n;
	int r = wait_for(c, POLLIN, deadline, e);

	if (r < 0)
		return r;
	n = recv(c->fd, c->buf, sizeof(c->buf), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return lost(e);
	if (n < 0)
		return err_set(e, errno, "receive from the server");
	json_stream_feed(&c->in, c->buf, (size_t)n);
	return 0;
}

/* ---- messages ---- */

static bool is_null(const struct json *j)
{
	return !j || j->type == JSON_NULL;
}

static int answer_echo(struct jsonrpc *c, const struct json *m, int64_t deadline, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const struct json *params = json_get(m, "params");
	const char *text;
	size_t len;

	json_out_object(o);
	json_out_name(o, "id");
	json_out_tree(o, json_get(m, "id"));
	json_out_name(o, "result");
	if (is_null(params)) {
		json_out_array(o);
		json_out_end(o);
	} else {
		json_out_tree(o, params);
	}
	json_out_name(o, "error");
	json_out_null(o);
	json_out_end(o);
	text = json_out_text(o, &len);
	return send_text(c, text, len, deadline, e);
}

static bool answers(const struct json *m, uint64_t id)
{
	const struct json *got = json_get(m, "id");
	char want[24];

	snprintf(want, sizeof(want), "%llu", (unsigned long long)id);
	return got && got->type == JSON_NUMBER && str_eq(got->text, want);
}

/* The server's refusal: a text, or an object as the operations of a transaction have it. */
static int refusal(const struct json *error, struct err *e)
{
	const struct json *text = json_get(error, "error"), *details = json_get(error, "details");

	if (error->type == JSON_STRING)
		return err_msg(e, EPROTO, "%s", error->text);
	if (text && text->type == JSON_STRING && details && details->type == JSON_STRING)
		return err_msg(e, EPROTO, "%s: %s", text->text, details->text);
	if (text && text->type == JSON_STRING)
		return err_msg(e, EPROTO, "%s", text->text);
	return err_msg(e, EPROTO, "the server refuses without saying why");
}

/* Looks at one message. Returns 1 when it is the answer that is waited for and no refusal. */
static int take_message(struct jsonrpc *c, const struct json *m, int64_t deadline, struct err *e)
{
	const struct json *method = json_get(m, "method"), *error = json_get(m, "error");

	if (!is_null(method)) {
		if (method->type == JSON_STRING && str_eq(method->text, "echo") &&
		    !is_null(json_get(m, "id")))
			return answer_echo(c, m, deadline, e);
		return 0;
	}
	if (!answers(m, c->last_id))
		return 0;
	if (!is_null(error))
		return refusal(error, e);
	if (!json_get(m, "result"))
		return err_msg(e, EBADMSG, "an answer without a result");
	return 1;
}

/* The next message that was received whole. Returns 1 and the document, or 0: more is needed. */
static int next_message(struct jsonrpc *c, struct json_doc **out, struct err *e)
{
	const char *text;
	size_t len;
	int r = json_stream_next(&c->in, &text, &len, e);

	if (r <= 0)
		return r;
	r = json_parse(text, len, out, e);
	if (r < 0) {
		(void)err_wrap(e, "not JSON-RPC: ");
		return r == -EFBIG ? r : -EBADMSG;
	}
	return 1;
}

static int wait_answer(struct jsonrpc *c, int64_t deadline, struct json_doc **out, struct err *e)
{
	int r = 0;

	while (r == 0) {
		autojson *doc = NULL;

		r = next_message(c, &doc, e);
		if (r == 0)
			r = receive(c, deadline, e);
		else if (r > 0)
			r = take_message(c, json_root(doc), deadline, e);
		if (r > 0)
			*out = TAKE(doc);
	}
	return MIN(r, 0);
}

int jsonrpc_call(struct jsonrpc *c, const char *method, const char *params, int timeout_ms,
		 struct json_doc **out, struct err *e)
{
	int64_t deadline = timeout_ms ? monotonic_ms() + timeout_ms : 0;
	autostr request = { 0 };
	int r;

	str_addf(&request, "{\"method\":\"%s\",\"params\":%s,\"id\":%llu}", method, params,
		 (unsigned long long)++c->last_id);
	r = send_text(c, request.p, request.len, deadline, e);
	return r < 0 ? r : wait_answer(c, deadline, out, e);
}
