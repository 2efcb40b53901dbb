/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/socketio.h"
#include "test.h"

#include <errno.h>

static struct err e;

static const struct {
	const char *text;
	struct socketio_packet want; /* data_len: how much is left */
} good[] = {
	{ "0{\"sid\":\"x\"}", { .type = SOCKETIO_OPEN, .data_len = 11 } },
	{ "1", { .type = SOCKETIO_CLOSE } },
	{ "2", { .type = SOCKETIO_PING } },
	{ "2probe", { .type = SOCKETIO_PING, .data_len = 5 } },
	{ "3", { .type = SOCKETIO_PONG } },
	{ "6", { .type = SOCKETIO_NOOP } },
	{ "40{\"sid\":\"x\"}", { .type = SOCKETIO_CONNECT, .data_len = 11 } },
	{ "40", { .type = SOCKETIO_CONNECT } },
	{ "41", { .type = SOCKETIO_DISCONNECT } },
	{ "41/admin,", { .type = SOCKETIO_DISCONNECT, .other_namespace = true } },
	{ "41/admin", { .type = SOCKETIO_DISCONNECT, .other_namespace = true } },
	{ "44{\"message\":\"no\"}", { .type = SOCKETIO_CONNECT_ERROR, .data_len = 16 } },
	{ "42[\"a\"]", { .type = SOCKETIO_EVENT, .data_len = 5 } },
	{ "4212[\"a\"]", { .type = SOCKETIO_EVENT, .has_id = true, .id = 12, .data_len = 5 } },
	{ "42/,0[]", { .type = SOCKETIO_EVENT, .has_id = true, .data_len = 2 } },
	{ "42/x,7[1]",
	  { .type = SOCKETIO_EVENT,
	    .other_namespace = true,
	    .has_id = true,
	    .id = 7,
	    .data_len = 3 } },
	{ "439007199254740991[]",
	  { .type = SOCKETIO_ACK, .has_id = true, .id = SOCKETIO_ID_MAX, .data_len = 2 } },
	{ "451-[\"a\",{\"_placeholder\":true,\"num\":0}]",
	  { .type = SOCKETIO_BINARY_EVENT, .attachments = 1, .data_len = 35 } },
	{ "460-3[]", { .type = SOCKETIO_BINARY_ACK, .has_id = true, .id = 3, .data_len = 2 } },
};

TEST(reads_every_packet)
{
	struct socketio_packet p;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const struct socketio_packet *want = &good[i].want;
		size_t len = strlen(good[i].text);

		memset(&p, 0xff, sizeof(p));
		if (socketio_parse(good[i].text, len, &p, &e) < 0) {
			TEST_FAIL("%s: %s", good[i].text, e.text);
			continue;
		}
		if (p.type != want->type || p.attachments != want->attachments ||
		    p.other_namespace != want->other_namespace || p.has_id != want->has_id ||
		    (p.has_id && p.id != want->id) || p.data_len != want->data_len ||
		    (p.data_len && p.data + p.data_len != good[i].text + len))
			TEST_FAIL("%s is read otherwise", good[i].text);
	}
}

TEST(refuses_what_is_no_packet)
{
	static const char *const bad[] = {
		"",
		"5",
		"7",
		"x",
		"4",
		"47",
		"4x",
		"45[]",
		"45-[]",
		"4565-[]",
		"451[]",
		"4/",
		"429007199254740992[]",
		"4299999999999999999999[]",
		"[",
		"\xff",
	};
	struct socketio_packet p;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (socketio_parse(bad[i], strlen(bad[i]), &p, &e) != -EPROTO)
			TEST_FAIL("%s is taken", bad[i]);
}

TEST(reads_how_a_server_opens)
{
	static const char text[] = "{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":25000,"
				   "\"pingTimeout\":20000,\"maxPayload\":1000000}";
	struct socketio_open o;

	CHECK_INT(socketio_parse_open(text, strlen(text), &o, &e), 0);
	CHECK_INT(o.ping_interval_ms, 25000);
	CHECK_INT(o.ping_timeout_ms, 20000);
	CHECK_INT(o.payload_max, 1000000);
	CHECK_INT(socketio_parse_open("{}", 2, &o, &e), -EPROTO);
	CHECK_INT(socketio_parse_open("{\"pingInterval\":-1,\"pingTimeout\":1}", 36, &o, &e),
		  -EPROTO);
	CHECK_INT(socketio_parse_open("", 0, &o, &e), -EPROTO);
}

TEST(writes_events_and_acks)
{
	autostr s = { 0 };

	socketio_add_event(&s, "heart\"beat", "{\"a\":1}");
	CHECK_STR(s.p, "42[\"heart\\\"beat\",{\"a\":1}]");
	str_reset(&s);
	socketio_add_ack(&s, 12, "null");
	CHECK_STR(s.p, "4312[null]");
}

TEST_MAIN
