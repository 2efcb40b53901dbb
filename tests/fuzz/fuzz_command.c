/* SPDX-License-Identifier: Apache-2.0 */
/* run_command messages: what becomes a request has a method and a port that exist, a path that
 * stays one, and no line end in a header. */
#include "core/strv.h"
#include "orch/command_request.h"
#include "orch/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_request(const struct command_request *r)
{
	require(r->http.method && r->http.port > 0 && r->http.port <= 65535);
	require(r->http.tls == (r->http.port == COMMAND_PORT));
	require(r->path && *r->path != '/' && !strpbrk(r->path, "\r\n"));
	require(!r->query || !strpbrk(r->query, "\r\n #"));
	for (size_t i = 0; i < strv_len(r->headers); i++)
		require(!strpbrk(r->headers[i], "\r\n"));
	require(!r->http.body || r->http.n_parts == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct message_rule rules[] = {
		{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
		{ "headers", MESSAGE_OBJECT, 0 },
		{ "params", MESSAGE_OBJECT, 0 },
		{ "parameters", MESSAGE_OBJECT, 0 },
		{ "files", MESSAGE_OBJECT, 0 },
		{ "requested_at", MESSAGE_DATETIME, 0 },
	};
	struct command_request r = { 0 };
	autojson *doc = NULL;
	const char *device;
	struct err e = { 0 };
	int res;

	if (json_parse((const char *)data, size, &doc, NULL) < 0 ||
	    message_check(json_root(doc), rules, ARRAY_SIZE(rules), NULL) < 0)
		return 0;
	if (message_device(json_root(doc), &device, NULL) == 0)
		require(!strchr(device, '/') && *device != '-' && *device != '.');
	res = command_request_make(json_root(doc), &r, &e);
	if (res < 0)
		require(e.num > 0 && e.text[0]);
	else
		check_request(&r);
	command_request_done(&r);
	return 0;
}
