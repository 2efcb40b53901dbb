/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/answer.h"

#include "core/file.h"
#include "core/log.h"
#include "orch/message.h"
#include "orch/reattach.h"

#include <errno.h>
#include <unistd.h>

static int answer_line(const struct orch *o, const char *line, size_t len, int out, struct err *e)
{
	struct message_result result = { 0 };
	const struct json *topic = NULL, *change = NULL;
	struct err why = { 0 };
	autojson *doc = NULL;
	autostr ack = { 0 };

	if (json_parse(line, len, &doc, e) < 0)
		return err_wrap(e, "a line that is no JSON: ");
	change = json_get(json_root(doc), "network_change");
	if (change) {
		if (reattach(o, change, &why) < 0)
			log_error("a change of the network: %s", why.text);
		return fd_write_all(out, "{}\n", 3, e);
	}
	topic = json_get(json_root(doc), "topic");
	message_handle(o, json_get(json_root(doc), "message"),
		       topic && topic->type == JSON_STRING ? topic->text : NULL, &ack, &result);
	message_result_done(&result);
	str_add_char(&ack, '\n');
	return fd_write_all(out, ack.p, ack.len, e);
}

/* Who writes waits for our answer before the next line: there is never more than one. */
int answer_run(const struct orch *o, int in, int out, struct err *e)
{
	autostr input = { 0 };
	char piece[16384];
	ssize_t n = 0;
	int r = 0;

	for (;;) {
		n = read(in, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_set(e, errno, "read messages") : 0;
		if (input.len + (size_t)n > JSON_SIZE_MAX)
			return err_msg(e, EFBIG, "a line that is too long");
		str_add_bytes(&input, piece, (size_t)n);
		if (piece[n - 1] != '\n')
			continue;
		r = answer_line(o, input.p, input.len, out, e);
		if (r < 0)
			return r;
		/* The next may be small: a large one's memory is not kept. */
		str_done(&input);
	}
}
