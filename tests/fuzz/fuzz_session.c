/* SPDX-License-Identifier: Apache-2.0 */
/* What a Socket.IO server sends: lines, each a frame; one that begins with '>' is a line of ours.
 */
#include "core/str.h"
#include "orch/serve/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is passed on to the process that serves is one line. */
static int on_tell(void *data, const char *line, size_t len, struct err *e _unused_)
{
	(void)data;
	if (memchr(line, '\n', len))
		abort();
	return 0;
}

static int on_send(void *data _unused_, const char *frame _unused_, size_t len _unused_,
		   struct err *e _unused_)
{
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct session_hooks hooks = { on_send, on_tell, NULL };
	struct session *s = session_new(&hooks, 1000);
	const char *text = (const char *)data;
	int r = 0;

	while (r >= 0 && size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;

		if (len > 0 && *text == '>')
			r = session_line(s, text + 1, len - 1, NULL);
		else
			r = session_receive(s, text, len, SESSION_LAST, NULL);
		text += len + (end != NULL);
		size -= len + (end != NULL);
	}
	session_free(s);
	return 0;
}
