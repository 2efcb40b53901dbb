/* SPDX-License-Identifier: Apache-2.0 */
/* run_command: an HTTP request to a container, over its internal bridge. */
#include "orch/topics.h"

#include "orch/change.h"
#include "orch/command_request.h"
#include "orch/registry.h"

#include <errno.h>
#include <strings.h>

static const struct message_rule rules[] = {
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
	{ "method", MESSAGE_STRING, 0 },
	{ "api", MESSAGE_STRING, 0 },
	{ "command", MESSAGE_STRING, 0 },
	{ "parameters", MESSAGE_OBJECT, 0 },
	{ "port", MESSAGE_NUMBER, 0 },
	{ "headers", MESSAGE_OBJECT, 0 },
	{ "params", MESSAGE_OBJECT, 0 },
	{ "files", MESSAGE_OBJECT, 0 },
};

static void put_header(struct json_out *ack, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	autofree char *name = colon ? xstrndup(line, (size_t)(colon - line)) : NULL;
	autofree char *value = NULL;

	if (!name)
		return; /* an empty line */
	len -= (size_t)(colon + 1 - line);
	line = colon + 1;
	while (len > 0 && strchr(" \t", *line))
		line++, len--;
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		len--;
	value = xstrndup(line, len);
	json_out_name(ack, name);
	json_out_string(ack, value);
}

/* Of several headers of one name the last one counts. */
static bool is_repeated(const char *line, size_t len, const char *rest)
{
	size_t name = strcspn(line, ":\n");

	for (; name < len && rest && *rest; rest = strchr(rest, '\n')) {
		rest += *rest == '\n';
		if (strncasecmp(rest, line, name + 1) == 0)
			return true;
	}
	return false;
}

static void put_headers(struct json_out *ack, const char *lines)
{
	json_out_name(ack, "headers");
	json_out_object(ack);
	while (lines && *lines) {
		const char *end = strchr(lines, '\n');
		size_t len = end ? (size_t)(end - lines) : strlen(lines);

		if (!end || !is_repeated(lines, len, end))
			put_header(ack, lines, len);
		lines = end ? end + 1 : NULL;
	}
	json_out_end(ack);
}

/* Bytes as text: a NUL would end it. */
static void put_text(struct json_out *ack, struct str *body)
{
	autostr text = { 0 };

	for (size_t i = 0; i < body->len; i++)
		if (body->p[i])
			str_add_char(&text, body->p[i]);
		else
			str_add(&text, "\xef\xbf\xbd");
	json_out_string(ack, text.p ?: "");
}

/* JSON where the container says so, and it is. */
static bool put_body(struct json_out *ack, struct http_answer *a)
{
	autojson *doc = NULL;
	bool is_json = a->type && strncasecmp(a->type, "application/json", 16) == 0 &&
		       json_parse(a->body.p ?: "", a->body.len, &doc, NULL) == 0;

	json_out_name(ack, "body");
	if (is_json)
		json_out_tree(ack, json_root(doc));
	else
		put_text(ack, &a->body);
	return is_json;
}

static void put_answer(struct json_out *ack, struct http_answer *a)
{
	bool ok = a->status < 400;
	bool is_json;

	json_out_name(ack, "status");
	json_out_string(ack, ok ? "success" : "error");
	json_out_name(ack, "http_response");
	json_out_object(ack);
	json_out_name(ack, "status_code");
	json_out_i64(ack, a->status);
	put_headers(ack, a->headers.p);
	is_json = put_body(ack, a);
	json_out_name(ack, "ok");
	json_out_bool(ack, ok);
	json_out_name(ack, "content_type");
	json_out_string(ack, is_json ? "application/json" : "text/plain");
	json_out_end(ack);
}

/* What no container said, in the shape of an answer. */
static void put_own_answer(struct json_out *ack, long status, const struct err *why)
{
	struct http_answer a = { .status = status, .type = xstrdup("application/json") };
	autojsonout *body = json_out_new(NULL);
	const char *text;
	size_t len;

	json_out_object(body);
	json_out_name(body, "error");
	json_out_string(body, why->text);
	json_out_end(body);
	text = json_out_text(body, &len);
	str_add_bytes(&a.body, text, len);
	put_answer(ack, &a);
	http_answer_done(&a);
}

static int find_device(const struct orch *o, const char *name, char **ip, struct err *e)
{
	int r = registry_get_client(o, o->ns, name, ip, e);

	if (r < 0)
		return r;
	return r > 0 ? 0 : err_msg(e, ENOENT, "Device not found: %s", name);
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result, struct err *e)
{
	_cleanup_(command_request_done) struct command_request rq = { 0 };
	struct http_answer answer = { 0 };
	autofree char *ip = NULL;
	struct err why = { 0 };
	const char *name;
	int r = message_device(message, &name, e);

	if (r == 0)
		r = find_device(o, name, &ip, e);
	if (r < 0)
		return r;
	r = command_request_make(message, &rq, &why);
	if (r < 0 && r != -EOPNOTSUPP)
		return err_msg(e, -r, "%s", why.text);
	if (r == 0 && !str_eq(rq.http.method, "GET"))
		r = change_record(o, AUDIT_MODIFY, name, "send the container a command", message,
				  e);
	if (r < 0 && r != -EOPNOTSUPP)
		return r;
	rq.http.ip = ip;
	if (r == 0)
		r = http_send(&rq.http, &answer, &why);
	if (r == 0)
		put_answer(ack, &answer);
	else
		put_own_answer(ack, r == -EOPNOTSUPP ? 400 : r == -ETIMEDOUT ? 504 : 500, &why);
	result->failed = r < 0 || answer.status >= 400;
	http_answer_done(&answer);
	return 0;
}

const struct topic topic_run_command = {
	.name = "run_command",
	.flags = TOPIC_WAITS,
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
