/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/message.h"

#include "orch/topics.h"

#include <errno.h>

static const struct message_rule envelope[] = {
	{ "correlation_id", MESSAGE_NUMBER, 0 },
	{ "action", MESSAGE_STRING, 0 },
	{ "requested_at", MESSAGE_DATETIME, 0 },
};

void message_result_done(struct message_result *r)
{
	free(r->device);
	*r = (struct message_result){ 0 };
}

const char *message_topic(const struct json *message, const char *topic)
{
	const struct json *action = message_get(message, "action");

	if (topic || !action || action->type != JSON_STRING)
		return topic;
	return action->text;
}

bool message_waits(const char *topic)
{
	const struct topic *t = topic ? topic_find(topic) : NULL;

	return t && (t->flags & TOPIC_WAITS);
}

/* A number keeps its digits. What is no scalar is not worth its place in an answer. */
static void put_correlation_id(struct json_out *ack, const struct json *message)
{
	const struct json *id = json_get(message, "correlation_id");

	json_out_name(ack, "correlation_id");
	if (id && id->type != JSON_ARRAY && id->type != JSON_OBJECT)
		json_out_tree(ack, id);
	else
		json_out_null(ack);
}

static struct json_out *begin_ack(const char *topic, const struct json *message)
{
	struct json_out *ack = json_out_new(NULL);

	json_out_object(ack);
	json_out_name(ack, "action");
	if (topic)
		json_out_string(ack, topic);
	else
		json_out_null(ack);
	put_correlation_id(ack, message);
	return ack;
}

static void end_ack(struct json_out *ack, struct str *out)
{
	const char *text;
	size_t len;

	json_out_end(ack);
	text = json_out_text(ack, &len);
	str_add_bytes(out, text, len);
}

static void put_error(const struct topic *t, const char *topic, const struct json *message,
		      const struct err *e, struct str *out)
{
	autojsonout *ack = begin_ack(topic, message);

	if (t && (t->flags & TOPIC_SUCCESS)) {
		json_out_name(ack, "success");
		json_out_bool(ack, false);
	}
	json_out_name(ack, "status");
	json_out_string(ack, "error");
	json_out_name(ack, "error");
	json_out_string(ack, e->text);
	end_ack(ack, out);
}

static int check(const struct topic *t, const char *topic, const struct json *message,
		 struct err *e)
{
	int r;

	if (message->type != JSON_OBJECT)
		return err_msg(e, EINVAL, "Validation error: a message has to be an object, not %s",
			       json_type_name(message->type));
	r = message_check(message, envelope, ARRAY_SIZE(envelope), e);
	if (r < 0)
		return r;
	if (!topic)
		return err_msg(e, EINVAL, "Missing required field: 'Missing key: action'");
	if (!t)
		return err_msg(e, EINVAL, "Validation error: unknown topic \"%s\"", topic);
	return message_check(message, t->rules, t->n_rules, e);
}

void message_handle(const struct orch *o, const struct json *message, const char *topic,
		    struct str *out, struct message_result *result)
{
	const char *name = message_topic(message, topic);
	const struct topic *t = name ? topic_find(name) : NULL;
	autojsonout *ack = begin_ack(name, message);
	struct err e = { 0 };
	int r;

	*result = (struct message_result){ 0 };
	r = check(t, name, message, &e);
	if (r == 0)
		r = t->handle(o, message, ack, result, &e);
	if (r == 0) {
		end_ack(ack, out);
		return;
	}
	result->failed = true;
	put_error(t, name, message, &e, out);
}

void message_refuse(const char *topic, const struct err *e, struct str *ack)
{
	const struct json nothing = { .type = JSON_NULL };

	put_error(topic ? topic_find(topic) : NULL, topic, &nothing, e, ack);
}

void message_handle_text(const struct orch *o, const char *text, size_t len, const char *topic,
			 struct str *ack, struct message_result *result)
{
	autojson *doc = NULL;
	struct err e = { 0 };
	int r = len <= MESSAGE_SIZE_MAX ?
			json_parse(text, len, &doc, &e) :
			err_msg(&e, EFBIG, "a message has at most %u bytes", MESSAGE_SIZE_MAX);

	if (r == 0) {
		message_handle(o, json_root(doc), topic, ack, result);
		return;
	}
	*result = (struct message_result){ .failed = true };
	err_wrap(&e, "Validation error: ");
	message_refuse(topic, &e, ack);
}
