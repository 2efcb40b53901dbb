/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/command_request.h"

#include "core/num.h"
#include "core/strv.h"
#include "orch/base64.h"
#include "orch/message.h"

#include <errno.h>
#include <strings.h>

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE" };

static const struct {
	const char *command;
	const char *path;
} commands[] = {
	{ "start", "api/start-plc" },
	{ "stop", "api/stop-plc" },
	{ "status", "api/status" },
	{ "ping", "api/ping" },
};

void command_request_done(struct command_request *r)
{
	free(r->path);
	free(r->query);
	strv_free(r->headers);
	str_done(&r->body);
	for (size_t i = 0; i < r->n_parts; i++)
		str_done(&r->contents[i]);
	free(r->parts);
	free(r->contents);
	*r = (struct command_request){ 0 };
}

static int unknown_command(const char *command, struct err *e)
{
	autostr known = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		str_addf(&known, "%s%s", i > 0 ? ", " : "", commands[i].command);
	return err_msg(e, EINVAL, "Unknown command: %s; there are %s", command, known.p);
}

static int read_command(const char *command, struct command_request *r, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (str_eq(commands[i].command, command)) {
			r->http.method = methods[0];
			r->path = xstrdup(commands[i].path);
			return 0;
		}
	return unknown_command(command, e);
}

static int read_method(const char *method, struct command_request *r, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (str_eq(methods[i], method)) {
			r->http.method = methods[i];
			return 0;
		}
	return err_msg(e, EOPNOTSUPP, "Unsupported HTTP method: %s", method);
}

static int read_api(const char *api, struct command_request *r, struct err *e)
{
	api += strspn(api, "/");
	if (str_eq(api, "debug"))
		return err_msg(e, EINVAL, "api \"debug\": debug sessions are not supported");
	for (const char *p = api; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_msg(e, EINVAL, "api \"%s\": has a control character", api);
	r->path = xstrdup(api);
	return 0;
}

static int read_port(const struct json *m, struct command_request *r, struct err *e)
{
	const char *text = message_text(m, "port");
	uint64_t port = COMMAND_PORT;
	int res = text ? num_parse_u64(text, 65535, "port", &port, e) : 0;

	if (res == 0 && port == 0)
		res = err_msg(e, EINVAL, "port 0: there is none");
	r->http.port = (unsigned)port;
	r->http.tls = port == COMMAND_PORT;
	return res;
}

/* A scalar as it stands in a query or a form; NULL for others. */
static const char *scalar(const struct json *v)
{
	switch (v->type) {
	case JSON_STRING:
	case JSON_NUMBER:
		return v->text;
	case JSON_BOOL:
		return v->boolean ? "True" : "False"; /* as Python writes them */
	default:
		return NULL;
	}
}

static int add_pair(struct str *out, const char *name, const struct json *v, struct err *e)
{
	const char *text = scalar(v);

	if (!text)
		return err_msg(e, EINVAL, "\"%s\": a pair's value cannot be an %s", name,
			       json_type_name(v->type));
	if (out->len > 0)
		str_add_char(out, '&');
	http_escape(name, out);
	str_add_char(out, '=');
	http_escape(text, out);
	return 0;
}

/* name=value&… of an object's members; a list stands for several values, null for none. */
static int add_pairs(struct str *out, const struct json *object, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < object->n; i++) {
		const struct json_member *m = &object->members[i];

		if (m->value.type == JSON_ARRAY)
			for (size_t k = 0; r == 0 && k < m->value.n; k++)
				r = add_pair(out, m->name, &m->value.items[k], e);
		else if (m->value.type != JSON_NULL)
			r = add_pair(out, m->name, &m->value, e);
	}
	return r;
}

static int read_query(const struct json *m, struct command_request *r, struct err *e)
{
	const struct json *params = message_get(m, "params") ?: message_get(m, "parameters");
	autostr query = { 0 };
	int res = params ? add_pairs(&query, params, e) : 0;

	r->query = str_take(&query);
	r->http.query = r->query;
	return res;
}

static int read_headers(const struct json *m, struct command_request *r, const char **type,
			struct err *e)
{
	const struct json *headers = message_get(m, "headers");

	r->headers = strv_new();
	for (size_t i = 0; headers && i < headers->n; i++) {
		const struct json_member *h = &headers->members[i];
		const char *text = scalar(&h->value);

		if (!http_is_header_name(h->name) || !text || !http_is_header_value(text))
			return err_msg(e, EINVAL, "header \"%s\": is not a header of HTTP",
				       h->name);
		if (strcasecmp(h->name, "Content-Type") == 0)
			*type = text;
		/* libcurl leaves out one with an empty value, unless it ends like this. */
		strv_push_take(&r->headers, *text ? xasprintf("%s: %s", h->name, text) :
						    xasprintf("%s;", h->name));
	}
	r->http.headers = r->headers;
	return 0;
}

/* JSON, unless the headers say something else. */
static int read_body(const struct json *m, struct command_request *r, const char *type,
		     struct err *e)
{
	const struct json *data = message_get(m, "data");
	autojsonout *out = json_out_new(NULL);
	const char *text;
	size_t len;

	if (!data || str_eq(r->http.method, "GET"))
		return 0;
	r->has_body = true;
	r->http.body = &r->body;
	if (type && !str_starts(type, "application/json")) {
		if (data->type == JSON_OBJECT)
			return add_pairs(&r->body, data, e);
		str_add(&r->body, scalar(data) ?: "");
		return 0;
	}
	if (!type)
		strv_push(&r->headers, "Content-Type: application/json");
	r->http.headers = r->headers;
	json_out_tree(out, data);
	text = json_out_text(out, &len);
	str_add_bytes(&r->body, text, len);
	return 0;
}

static int read_file(const struct json_member *file, struct http_part *part, struct str *content,
		     struct err *e)
{
	const char *base64 = message_text(&file->value, "content_base64");
	const char *filename = message_text(&file->value, "filename");
	const char *type = message_text(&file->value, "content_type");

	if (!base64)
		return err_msg(e, EINVAL, "file \"%s\": has no content_base64", file->name);
	if (base64_decode(base64, content) < 0)
		return err_msg(e, EINVAL, "file \"%s\": its content is not base64", file->name);
	if (!http_is_header_value(filename ?: "") || !http_is_header_value(type ?: "") ||
	    !http_is_header_value(file->name))
		return err_msg(e, EINVAL, "file \"%s\": a name or type has a control character",
			       file->name);
	*part = (struct http_part){
		.name = file->name,
		.filename = filename ?: file->name,
		.type = type,
		.bytes = content->p ?: "",
		.len = content->len,
	};
	return 0;
}

/* The files, and what is in "data" as fields before them. */
static int read_files(const struct json *m, struct command_request *r, struct err *e)
{
	const struct json *files = message_get(m, "files");
	const struct json *data = message_get(m, "data");
	size_t fields = data && data->type == JSON_OBJECT ? data->n : 0;

	if (files->n > COMMAND_FILES_MAX)
		return err_msg(e, EINVAL, "files: there are more than %d", COMMAND_FILES_MAX);
	r->parts = xcalloc(fields + files->n, sizeof(*r->parts));
	r->contents = xcalloc(fields + files->n, sizeof(*r->contents));
	for (size_t i = 0; i < fields; i++) {
		const char *text = scalar(&data->members[i].value);

		if (!text)
			return err_msg(e, EINVAL, "data: \"%s\" is no field of a form",
				       data->members[i].name);
		r->parts[r->n_parts++] = (struct http_part){ .name = data->members[i].name,
							     .bytes = text,
							     .len = strlen(text) };
	}
	for (size_t i = 0; i < files->n; i++) {
		int res = read_file(&files->members[i], &r->parts[r->n_parts],
				    &r->contents[r->n_parts], e);

		r->n_parts++;
		if (res < 0)
			return res;
	}
	r->http.parts = r->parts;
	r->http.n_parts = r->n_parts;
	return 0;
}

static int read_target(const struct json *m, struct command_request *r, struct err *e)
{
	const char *command = message_text(m, "command");
	const char *method = message_text(m, "method");
	const char *api = message_text(m, "api");
	int res;

	if (command && (method || api))
		return err_msg(e, EINVAL, "\"command\" and \"%s\" exclude each other",
			       method ? "method" : "api");
	if (command)
		return read_command(command, r, e);
	if (!method || !api)
		return err_msg(e, EINVAL, "Missing required field: 'Missing key: %s'",
			       method ? "api" : "method");
	res = read_api(api, r, e);
	return res < 0 ? res : read_method(method, r, e);
}

static int make(const struct json *m, struct command_request *r, struct err *e)
{
	const struct json *files = message_get(m, "files");
	const char *type = NULL;
	int res = read_target(m, r, e);

	if (res == 0)
		res = read_port(m, r, e);
	if (res == 0)
		res = read_query(m, r, e);
	if (res == 0)
		res = read_headers(m, r, &type, e);
	if (res == 0)
		res = files && files->n > 0 ? read_files(m, r, e) : read_body(m, r, type, e);
	r->http.path = r->path;
	return res;
}

int command_request_make(const struct json *message, struct command_request *out, struct err *e)
{
	struct command_request r = { 0 };
	int res = make(message, &r, e);

	if (res < 0) {
		command_request_done(&r);
		return res;
	}
	*out = r;
	out->http.body = r.has_body ? &out->body : NULL;
	return 0;
}
