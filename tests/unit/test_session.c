/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"
#include "orch/serve/session.h"
#include "test.h"

#include <errno.h>

#define OPEN "0{\"sid\":\"a\",\"pingInterval\":300,\"pingTimeout\":200,\"maxPayload\":120}"

static struct err e;
static struct str sent, told; /* each with a '|' behind it */

static int on_send(void *data _unused_, const char *frame, size_t len, struct err *err _unused_)
{
	str_add_bytes(&sent, frame, len);
	str_add_char(&sent, '|');
	return 0;
}

static int on_tell(void *data _unused_, const char *line, size_t len, struct err *err _unused_)
{
	str_add_bytes(&told, line, len);
	str_add_char(&told, '|');
	return 0;
}

static struct session *session_make(bool connected)
{
	static const struct session_hooks hooks = { on_send, on_tell, NULL };
	struct session *s = session_new(&hooks, 2000);

	str_done(&sent);
	str_done(&told);
	if (connected) {
		CHECK_INT(session_receive(s, OPEN, strlen(OPEN), SESSION_LAST, &e), 0);
		CHECK_INT(session_receive(s, "40{\"sid\":\"b\"}", 13, SESSION_LAST, &e), 0);
		CHECK_STR(sent.p, "40|");
		CHECK_STR(told.p, "{\"connected\":true}|");
		str_done(&sent);
		str_done(&told);
	}
	return s;
}

static int receive(struct session *s, const char *frame)
{
	return session_receive(s, frame, strlen(frame), SESSION_LAST, &e);
}

static int line(struct session *s, const char *text)
{
	return session_line(s, text, strlen(text), &e);
}

TEST(opens_and_connects)
{
	struct session *s = session_make(false);

	CHECK_INT(session_patience_ms(s), 20000);
	CHECK_INT(receive(s, OPEN), 0);
	CHECK_INT(session_patience_ms(s), 500);
	CHECK_STR(sent.p, "40|");
	CHECK_STR(told.p, NULL);
	/* Nothing is sent before the server has said yes. */
	CHECK_INT(line(s, "{\"event\":\"heartbeat\",\"data\":{}}"), 0);
	CHECK_STR(sent.p, "40|");
	CHECK_INT(receive(s, "40"), 0);
	CHECK_STR(told.p, "{\"connected\":true}|");
	session_free(s);
}

TEST(answers_pings)
{
	struct session *s = session_make(true);

	CHECK_INT(receive(s, "2"), 0);
	CHECK_STR(sent.p, "3|");
	session_free(s);
}

TEST(passes_events_on_and_acks_back)
{
	struct session *s = session_make(true);

	CHECK_INT(session_receive(s, "427[\"a\", {\"x\": ", 14, 0, &e), 0);
	CHECK_STR(told.p, NULL);
	CHECK_INT(session_receive(s, "[1.50]}]", 8, SESSION_LAST, &e), 0);
	CHECK_INT(receive(s, "42[\"b\"]"), 0);
	CHECK_STR(told.p, "{\"event\":\"a\",\"id\":7,\"message\":{\"x\":[1.50]}}|"
			  "{\"event\":\"b\",\"message\":null}|");
	CHECK_INT(line(s, "{\"ack\":7,\"data\":{\"status\":\"creating\"}}"), 0);
	CHECK_INT(line(s, "{\"event\":\"heartbeat\",\"data\":{\"n\":1}}"), 0);
	CHECK_STR(sent.p, "437[{\"status\":\"creating\"}]|42[\"heartbeat\",{\"n\":1}]|");
	session_free(s);
}

TEST(answers_what_it_cannot_pass_on)
{
	struct session *s = session_make(true);
	char big[64];

	CHECK_INT(receive(s, "421[\"a\",{]"), 0);
	CHECK_HAS(sent.p, "431[{\"action\":\"a\",\"correlation_id\":null,\"status\":\"error\","
			  "\"error\":\"Invalid JSON: ");
	str_done(&sent);
	CHECK_INT(receive(s, "422[]"), 0);
	CHECK_HAS(sent.p, "432[{\"action\":null");
	str_done(&sent);
	CHECK_INT(receive(s, "451-3[\"a\",{\"_placeholder\":true,\"num\":0}]"), 0);
	CHECK_INT(session_receive(s, "\0\1", 2, SESSION_BINARY | SESSION_LAST, &e), 0);
	CHECK_HAS(sent.p, "433[{\"action\":\"a\"");
	CHECK_HAS(sent.p, "Binary data is not supported");
	str_done(&sent);

	/* Too large, in many pieces. */
	memset(big, ' ', sizeof(big));
	CHECK_INT(session_receive(s, "424[\"long\",", 11, 0, &e), 0);
	for (int i = 0; i < 1000; i++)
		CHECK_INT(session_receive(s, big, sizeof(big), 0, &e), 0);
	CHECK_INT(session_receive(s, "1]", 2, SESSION_LAST, &e), 0);
	CHECK_HAS(sent.p, "434[{\"action\":\"long\"");
	CHECK_HAS(sent.p, "larger than 2000 bytes");
	CHECK_STR(told.p, NULL);
	CHECK_INT(receive(s, "42[\"b\"]"), 0);
	CHECK_HAS(told.p, "\"b\"");
	session_free(s);
}

TEST(an_answer_that_is_too_large_for_the_server)
{
	struct session *s = session_make(true);
	autostr text = { 0 };

	str_add(&text, "{\"ack\":7,\"data\":{\"action\":\"a\",\"correlation_id\":12,\"x\":\"");
	for (int i = 0; i < 100; i++)
		str_add(&text, "xx");
	str_add(&text, "\"}}");
	CHECK_INT(line(s, text.p), 0);
	CHECK_HAS(sent.p, "437[{\"action\":\"a\",\"correlation_id\":12,\"status\":\"error\"");
	CHECK_HAS(sent.p, "the server takes 120");
	session_free(s);
}

TEST(ends_with_a_reason)
{
	static const struct {
		const char *frame, *reason;
	} rows[] = {
		{ "1", "closed" },
		{ "41", "closed" },
		{ "44{\"message\":\"not you\"}", "refuses the connection: not you" },
		{ "44", "no reason" },
		{ "hello", "no packet of Engine.IO" },
		{ "49", "no packet of Socket.IO" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session *s = session_make(true);

		CHECK(receive(s, rows[i].frame) < 0);
		CHECK_HAS(e.text, rows[i].reason);
		session_free(s);
	}
}

TEST(another_namespace_is_not_ours)
{
	struct session *s = session_make(true);

	CHECK_INT(receive(s, "42/x,7[\"a\"]"), 0);
	CHECK_INT(receive(s, "41/x,"), 0);
	CHECK_INT(receive(s, "437[]"), 0);
	CHECK_STR(sent.p, NULL);
	CHECK_STR(told.p, NULL);
	session_free(s);
}

TEST_MAIN
