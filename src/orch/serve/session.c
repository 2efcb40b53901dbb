/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/session.h"

#include "core/json.h"
#include "core/num.h"
#include "orch/serve/refusal.h"
#include "orch/serve/socketio.h"

#include <errno.h>

/* Until the server has said what it wants itself. */
#define PATIENCE_MS 20000
/* What is kept of a frame that is too long: enough for its header and the event's name. */
#define HEAD 256
/* Beside the message itself a frame has an id and a name. */
#define HEADER_MAX 1024

struct session {
	struct session_hooks hooks;
	size_t message_max;
	struct socketio_open open;
	bool is_open;	   /* the server has said how it opens */
	bool is_connected; /* to the namespace "/" */
	struct str frame;
	bool too_long;
	unsigned attachments; /* binary frames that are still to come, and passed over */
};

struct session *session_new(const struct session_hooks *hooks, size_t message_max)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->hooks = *hooks;
	s->message_max = message_max;
	return s;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	str_done(&s->frame);
	free(s);
}

int64_t session_patience_ms(const struct session *s)
{
	return s->is_open ? (int64_t)(s->open.ping_interval_ms + s->open.ping_timeout_ms) :
			    PATIENCE_MS;
}

static int send_text(struct session *s, const char *text, struct err *e)
{
	return s->hooks.send(s->hooks.data, text, strlen(text), e);
}

static int tell(struct session *s, struct json_out *o, struct err *e)
{
	size_t len = 0;
	const char *text = json_out_text(o, &len);

	return s->hooks.tell(s->hooks.data, text, len, e);
}

static bool fits(const struct session *s, size_t len)
{
	return s->open.payload_max == 0 || len <= s->open.payload_max;
}

/* ---- events ---- */

static int refuse(struct session *s, const struct socketio_packet *p, const char *name,
		  const struct json *message, const char *why, struct err *e)
{
	autofree char *refusal = refusal_format(name, message, why);
	autostr frame = { 0 };

	if (!p->has_id)
		return 0;
	socketio_add_ack(&frame, p->id, refusal);
	return s->hooks.send(s->hooks.data, frame.p, frame.len, e);
}

/* The event's name from the beginning of its data; NULL when it is not all there. */
static char *name_of(const struct socketio_packet *p)
{
	const char *start = p->data_len ? memchr(p->data, '"', p->data_len) : NULL;
	const char *end = NULL;
	autojson *doc = NULL;

	if (start != p->data + 1)
		return NULL;
	end = memchr(start + 1, '"', p->data_len - 2);
	if (!end || json_parse(start, (size_t)(end - start) + 1, &doc, NULL) < 0)
		return NULL;
	return xstrdup(json_root(doc)->text);
}

static int refuse_unread(struct session *s, const struct socketio_packet *p, const char *why,
			 struct err *e)
{
	autofree char *name = name_of(p);

	return refuse(s, p, name, NULL, why, e);
}

static void write_event(const struct socketio_packet *p, const struct json *args,
			struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "event");
	json_out_string(o, args->items[0].text);
	if (p->has_id) {
		json_out_name(o, "id");
		json_out_u64(o, p->id);
	}
	json_out_name(o, "message");
	if (args->n > 1)
		json_out_tree(o, &args->items[1]);
	else
		json_out_null(o);
	json_out_end(o);
}

static int on_event(struct session *s, const struct socketio_packet *p, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const struct json *args = NULL;
	autojson *doc = NULL;
	struct err why = { 0 };

	if (s->too_long) {
		(void)err_msg(&why, EFBIG, "Message is larger than %zu bytes", s->message_max);
		return refuse_unread(s, p, why.text, e);
	}
	if (json_parse(p->data, p->data_len, &doc, &why) < 0) {
		(void)err_wrap(&why, "Invalid JSON: ");
		return refuse_unread(s, p, why.text, e);
	}
	args = json_root(doc);
	if (args->type != JSON_ARRAY || args->n == 0 || args->items[0].type != JSON_STRING)
		return refuse(s, p, NULL, NULL, "An event has to have a name", e);
	write_event(p, args, o);
	return tell(s, o, e);
}

static int on_binary_event(struct session *s, const struct socketio_packet *p, struct err *e)
{
	return refuse_unread(s, p, "Binary data is not supported", e);
}

/* ---- the connection itself ---- */

static int on_open(struct session *s, const struct socketio_packet *p, struct err *e)
{
	if (socketio_parse_open(p->data, p->data_len, &s->open, e) < 0)
		return -EPROTO;
	s->is_open = true;
	return send_text(s, "40", e);
}

static int on_connect(struct session *s, const struct socketio_packet *p _unused_, struct err *e)
{
	static const char line[] = "{\"connected\":true}";

	if (s->is_connected)
		return 0;
	s->is_connected = true;
	return s->hooks.tell(s->hooks.data, line, strlen(line), e);
}

static int on_ping(struct session *s, const struct socketio_packet *p _unused_, struct err *e)
{
	return send_text(s, "3", e);
}

static int on_close(struct session *s _unused_, const struct socketio_packet *p _unused_,
		    struct err *e)
{
	return err_msg(e, ECONNRESET, "the server has closed the connection");
}

static int on_connect_error(struct session *s _unused_, const struct socketio_packet *p,
			    struct err *e)
{
	const struct json *message = NULL;
	autojson *doc = NULL;

	if (json_parse(p->data, p->data_len, &doc, NULL) == 0)
		message = json_get(json_root(doc), "message");
	return err_msg(e, ECONNREFUSED, "the server refuses the connection: %s",
		       message && message->type == JSON_STRING ? message->text : "no reason given");
}

static int (*const handlers[])(struct session *s, const struct socketio_packet *p,
			       struct err *e) = {
	[SOCKETIO_OPEN] = on_open,	  [SOCKETIO_CLOSE] = on_close,
	[SOCKETIO_PING] = on_ping,	  [SOCKETIO_CONNECT] = on_connect,
	[SOCKETIO_DISCONNECT] = on_close, [SOCKETIO_CONNECT_ERROR] = on_connect_error,
	[SOCKETIO_EVENT] = on_event,	  [SOCKETIO_BINARY_EVENT] = on_binary_event,
	[SOCKETIO_BINARY_ACK] = NULL,
};

static int on_frame(struct session *s, struct err *e)
{
	struct socketio_packet p;

	if (socketio_parse(s->frame.p ?: "", s->frame.len, &p, e) < 0)
		return -EPROTO;
	s->attachments += p.attachments;
	if (p.other_namespace || !handlers[p.type])
		return 0;
	if (s->too_long && p.type != SOCKETIO_EVENT && p.type != SOCKETIO_BINARY_EVENT)
		return err_msg(e, EPROTO, "a packet of the server is too large");
	return handlers[p.type](s, &p, e);
}

int session_receive(struct session *s, const char *piece, size_t len, unsigned flags, struct err *e)
{
	int r = 0;

	if (flags & SESSION_BINARY) {
		if (s->attachments > 0 && (flags & SESSION_LAST))
			s->attachments--;
		return 0;
	}
	if (!s->too_long && s->frame.len + len > s->message_max + HEADER_MAX) {
		s->too_long = true;
		str_add_bytes(&s->frame, piece, MIN(len, (size_t)HEAD));
		s->frame.len = MIN(s->frame.len, (size_t)HEAD);
	} else if (!s->too_long) {
		str_add_bytes(&s->frame, piece, len);
	}
	if (!(flags & SESSION_LAST))
		return 0;
	r = on_frame(s, e);
	str_done(&s->frame);
	s->too_long = false;
	return r;
}

/* ---- lines ---- */

static int send_ack(struct session *s, uint64_t id, const struct json *data, struct err *e)
{
	const struct json *action = json_get(data, "action");
	autojsonout *o = json_out_new(NULL);
	autofree char *refusal = NULL;
	autostr frame = { 0 };
	struct err why = { 0 };

	json_out_tree(o, data);
	socketio_add_ack(&frame, id, json_out_text(o, NULL));
	/* A larger one the server answers by hanging up. */
	if (!fits(s, frame.len)) {
		(void)err_msg(&why, EFBIG, "The answer has %zu bytes, the server takes %llu",
			      frame.len, (unsigned long long)s->open.payload_max);
		refusal =
			refusal_format(action && action->type == JSON_STRING ? action->text : NULL,
				       data, why.text);
		str_reset(&frame);
		socketio_add_ack(&frame, id, refusal);
	}
	return s->hooks.send(s->hooks.data, frame.p, frame.len, e);
}

static int send_event(struct session *s, const char *name, const struct json *data, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	autostr frame = { 0 };

	json_out_tree(o, data);
	socketio_add_event(&frame, name, json_out_text(o, NULL));
	return fits(s, frame.len) ? s->hooks.send(s->hooks.data, frame.p, frame.len, e) : 0;
}

int session_line(struct session *s, const char *line, size_t len, struct err *e)
{
	const struct json *data = NULL, *ack = NULL, *event = NULL;
	autojson *doc = NULL;
	uint64_t id = 0;

	if (json_parse(line, len, &doc, e) < 0)
		return err_wrap(e, "a line that is no JSON: ");
	data = json_get(json_root(doc), "data");
	ack = json_get(json_root(doc), "ack");
	event = json_get(json_root(doc), "event");
	if (!s->is_connected || !data)
		return 0;
	if (event && event->type == JSON_STRING)
		return send_event(s, event->text, data, e);
	if (!ack || ack->type != JSON_NUMBER ||
	    num_parse_u64(ack->text, SOCKETIO_ID_MAX, "ack", &id, e) < 0)
		return err_msg(e, EINVAL, "a line that is neither an ack nor an event");
	return send_ack(s, id, data, e);
}
