/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/intake.h"

#include "core/strv.h"
#include "orch/message.h"
#include "orch/serve/refusal.h"

#include <errno.h>

/* The container that a message is about, if it says so. */
static const char *device_of(const struct json *message)
{
	static const char *const names[] = { "device_id", "container_name" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct json *device = json_get(message, names[i]);

		if (device && device->type == JSON_STRING)
			return device->text;
	}
	return NULL;
}

/* NULL when it does not say. */
static const char *action_of(const struct json *message)
{
	const struct json *action = json_get(message, "action");

	return action && action->type == JSON_STRING ? action->text : NULL;
}

char *intake_message(const struct intake *i, const char *topic, const struct json *message,
		     jobs_fn *fn, void *data)
{
	const char *name = topic ?: action_of(message);
	autojsonout *o = json_out_new(NULL);
	struct job_request request = { .topic = name ?: "",
				       .device = device_of(message),
				       .is_long = name && strv_has(i->long_topics, name),
				       .fn = fn,
				       .data = data };

	json_out_tree(o, message);
	request.message = json_out_text(o, &request.len);
	if (jobs_add(i->jobs, &request) < 0)
		return refusal_format(name, message, "Too many messages are waiting");
	return NULL;
}

char *intake_text(const struct intake *i, const char *text, size_t len, jobs_fn *fn, void *data)
{
	autojson *doc = NULL;
	struct err why = { 0 };

	if (!text)
		(void)err_msg(&why, EFBIG, "Message is larger than %u bytes", MESSAGE_SIZE_MAX);
	else if (json_parse(text, len, &doc, &why) < 0)
		(void)err_wrap(&why, "Invalid JSON: ");
	else
		return intake_message(i, NULL, json_root(doc), fn, data);
	return refusal_format(NULL, NULL, why.text);
}
