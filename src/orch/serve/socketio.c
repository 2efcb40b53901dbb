/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/socketio.h"

#include "core/record.h"

#include <errno.h>

/* What is left to read. */
struct text {
	const char *p;
	size_t len;
};

static bool take(struct text *t, char c)
{
	if (t->len == 0 || *t->p != c)
		return false;
	t->p++;
	t->len--;
	return true;
}

static bool take_row(struct text *t, const enum socketio_type *types, size_t n,
		     enum socketio_type *out)
{
	size_t i = t->len ? (size_t)(unsigned char)*t->p - '0' : n;

	if (i >= n || !types[i])
		return false;
	*out = types[i];
	return take(t, *t->p);
}

/* Digits, if any. Returns 1, 0 without any, or -EPROTO. */
static int take_number(struct text *t, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	while (i < t->len && t->p[i] >= '0' && t->p[i] <= '9') {
		n = n * 10 + (uint64_t)(t->p[i++] - '0');
		if (n > max)
			return -EPROTO;
	}
	t->p += i;
	t->len -= i;
	if (i > 0)
		*out = n;
	return i > 0;
}

static int take_attachments(struct text *t, struct socketio_packet *out, struct err *e)
{
	uint64_t n = 0;

	if (out->type != SOCKETIO_BINARY_EVENT && out->type != SOCKETIO_BINARY_ACK)
		return 0;
	if (take_number(t, SOCKETIO_ATTACHMENTS_MAX, &n) != 1 || !take(t, '-'))
		return err_msg(e, EPROTO, "a packet's number of attachments is not 0 to %d",
			       SOCKETIO_ATTACHMENTS_MAX);
	out->attachments = (unsigned)n;
	return 0;
}

/* "/name," or, without data behind it, "/name". */
static void take_namespace(struct text *t, struct socketio_packet *out)
{
	const char *comma = NULL;

	if (t->len == 0 || *t->p != '/')
		return;
	comma = memchr(t->p, ',', t->len);
	out->other_namespace = t->len > 1 && t->p[1] != ',';
	t->len = comma ? t->len - (size_t)(comma + 1 - t->p) : 0;
	t->p = comma ? comma + 1 : t->p;
}

static int take_message(struct text *t, struct socketio_packet *out, struct err *e)
{
	static const enum socketio_type types[] = {
		SOCKETIO_CONNECT,	SOCKETIO_DISCONNECT,   SOCKETIO_EVENT,	    SOCKETIO_ACK,
		SOCKETIO_CONNECT_ERROR, SOCKETIO_BINARY_EVENT, SOCKETIO_BINARY_ACK,
	};
	int r = 0;

	if (!take_row(t, types, ARRAY_SIZE(types), &out->type))
		return err_msg(e, EPROTO, "a message that is no packet of Socket.IO");
	if (take_attachments(t, out, e) < 0)
		return -EPROTO;
	take_namespace(t, out);
	r = take_number(t, SOCKETIO_ID_MAX, &out->id);
	if (r < 0)
		return err_msg(e, EPROTO, "a packet's id is too large");
	out->has_id = r == 1;
	return 0;
}

int socketio_parse(const char *text, size_t len, struct socketio_packet *out, struct err *e)
{
	/* A message is looked into. */
	static const enum socketio_type types[] = {
		SOCKETIO_OPEN, SOCKETIO_CLOSE, SOCKETIO_PING, SOCKETIO_PONG, 0, 0, SOCKETIO_NOOP,
	};
	struct socketio_packet packet = { 0 };
	struct text t = { text, len };

	if (take(&t, '4')) {
		if (take_message(&t, &packet, e) < 0)
			return -EPROTO;
	} else if (!take_row(&t, types, ARRAY_SIZE(types), &packet.type)) {
		return err_msg(e, EPROTO, "a frame that is no packet of Engine.IO");
	}
	packet.data = t.p;
	packet.data_len = t.len;
	*out = packet;
	return 0;
}

#define MS_MAX (24 * 3600 * 1000)

static const struct field open_fields[] = {
	F_UINT("pingInterval", struct socketio_open, ping_interval_ms, MS_MAX, FIELD_REQUIRED),
	F_UINT("pingTimeout", struct socketio_open, ping_timeout_ms, MS_MAX, FIELD_REQUIRED),
	F_UINT("maxPayload", struct socketio_open, payload_max, INT64_MAX, 0),
};
static const struct record open_record = RECORD(struct socketio_open, "handshake", open_fields);

int socketio_parse_open(const char *text, size_t len, struct socketio_open *out, struct err *e)
{
	struct socketio_open open = { 0 };

	if (record_parse(&open_record, text, len, &open, e) < 0) {
		(void)err_wrap(e, "the server's opening packet: ");
		return -EPROTO;
	}
	*out = open;
	return 0;
}

void socketio_add_event(struct str *out, const char *name, const char *json)
{
	autojsonout *o = json_out_new(NULL);

	json_out_string(o, name);
	str_addf(out, "42[%s,", json_out_text(o, NULL));
	str_add(out, json);
	str_add_char(out, ']');
}

void socketio_add_ack(struct str *out, uint64_t id, const char *json)
{
	str_addf(out, "43%llu[", (unsigned long long)id);
	str_add(out, json);
	str_add_char(out, ']');
}
