/* SPDX-License-Identifier: Apache-2.0 */
/* delete_device: a container and its networks go, by a worker. */
#include "orch/topics.h"

#include "core/log.h"
#include "orch/change.h"
#include "orch/removal.h"

static const struct message_rule rules[] = {
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
};

/* Under the lock, which goes to the worker. That there is no such container is no error, as for the
 * cloud's agent: what is wanted is so. */
static int begin(const struct orch *o, const struct json *m, const char *name, int lock,
		 struct message_result *result, struct err *e)
{
	int r = removal_start(o, name, m, lock, e);

	if (r == 0)
		log_warning("Container %s does not exist", name);
	if (r > 0)
		result->device = xstrdup(name);
	return MIN(r, 0);
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result, struct err *e)
{
	autofree char *text = NULL;
	const char *name;
	int lock, r = message_device(message, &name, e);

	if (r < 0)
		return r;
	lock = change_lock(o, name, e);
	r = lock < 0 ? lock : begin(o, message, name, lock, result, e);
	if (r < 0)
		return r;
	text = xasprintf("Container deletion started for %s", name);
	json_out_name(ack, "status");
	json_out_string(ack, "deleting");
	json_out_name(ack, "device_id");
	json_out_string(ack, name);
	json_out_name(ack, "message");
	json_out_string(ack, text);
	return 0;
}

const struct topic topic_delete_device = {
	.name = "delete_device",
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
