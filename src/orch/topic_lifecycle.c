/* SPDX-License-Identifier: Apache-2.0 */
/* start_device, stop_device, restart_device: done when they are acknowledged. */
#include "orch/topics.h"

#include "orch/change.h"
#include "orch/lifecycle.h"

static const struct message_rule rules[] = {
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
};

typedef int lifecycle_fn(const struct orch *o, struct container *c, struct err *e);

static int change(const struct orch *o, const struct json *message, const char *what,
		  lifecycle_fn *act, struct json_out *ack, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	autofd int lock = -1;
	const char *name;
	int r = message_device(message, &name, e);

	if (r < 0)
		return r;
	lock = change_open(o, name, &c, e);
	r = lock < 0 ? lock : change_record(o, AUDIT_MODIFY, name, what, message, e);
	if (r < 0)
		return r;
	r = act(o, &c, e);
	if (r < 0) {
		change_record_failure(o, AUDIT_MODIFY, name, e);
		return r;
	}
	json_out_name(ack, "success");
	json_out_bool(ack, true);
	return 0;
}

static int handle_start(const struct orch *o, const struct json *message, struct json_out *ack,
			struct message_result *result _unused_, struct err *e)
{
	return change(o, message, "start the container", lifecycle_start, ack, e);
}

static int handle_stop(const struct orch *o, const struct json *message, struct json_out *ack,
		       struct message_result *result _unused_, struct err *e)
{
	return change(o, message, "stop the container", lifecycle_stop, ack, e);
}

static int handle_restart(const struct orch *o, const struct json *message, struct json_out *ack,
			  struct message_result *result _unused_, struct err *e)
{
	return change(o, message, "restart the container", lifecycle_restart, ack, e);
}

const struct topic topic_start_device = {
	.name = "start_device",
	.flags = TOPIC_WAITS | TOPIC_SUCCESS,
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle_start,
};

const struct topic topic_stop_device = {
	.name = "stop_device",
	.flags = TOPIC_WAITS | TOPIC_SUCCESS,
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle_stop,
};

const struct topic topic_restart_device = {
	.name = "restart_device",
	.flags = TOPIC_WAITS | TOPIC_SUCCESS,
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle_restart,
};
