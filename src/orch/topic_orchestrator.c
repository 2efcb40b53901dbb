/* SPDX-License-Identifier: Apache-2.0 */
/* delete_orchestrator: all containers go, and what is kept for them. */
#include "orch/topics.h"

#include "orch/change.h"
#include "orch/operation.h"
#include "orch/orchestrator.h"

#include <errno.h>

static int begin(const struct orch *o, const struct json *m, int lock, struct err *e)
{
	autofd int held = lock;
	int r = change_record(o, AUDIT_DELETE, ORCHESTRATOR_DEVICE, "delete all containers", m, e);

	if (r < 0)
		return r;
	r = operation_start(o, o->ns, ORCHESTRATOR_DEVICE, "delete", TAKE_FD(held), e);
	if (r < 0)
		change_record_failure(o, AUDIT_DELETE, ORCHESTRATOR_DEVICE, e);
	return r;
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result, struct err *e)
{
	int lock = change_lock(o, ORCHESTRATOR_DEVICE, e);
	int r = lock < 0 ? lock : begin(o, message, lock, e);

	if (r == -EBUSY)
		return err_msg(e, EBUSY, "Self-destruct operation already in progress");
	if (r < 0)
		return r;
	result->device = xstrdup(ORCHESTRATOR_DEVICE);
	json_out_name(ack, "status");
	json_out_string(ack, "accepted");
	json_out_name(ack, "message");
	json_out_string(ack, "Self-destruct initiated. Poll get_device_status with "
			     "device_id='" ORCHESTRATOR_DEVICE "' for progress.");
	json_out_name(ack, "poll_device_id");
	json_out_string(ack, ORCHESTRATOR_DEVICE);
	return 0;
}

const struct topic topic_delete_orchestrator = {
	.name = "delete_orchestrator",
	.handle = handle,
};
