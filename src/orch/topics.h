/* SPDX-License-Identifier: Apache-2.0 */
/**
 * topics.h - the table of topics: what a message may ask for, and who does it.
 */
#ifndef ORCH_TOPICS_H
#define ORCH_TOPICS_H

#include "orch/message.h"

enum {
	TOPIC_WAITS = 1,   /* takes long: message_waits() */
	TOPIC_SUCCESS = 2, /* answers "success": true or false */
};

struct topic {
	const char *name;
	unsigned flags;
	const struct message_rule *rules; /* beside those of the envelope */
	size_t n_rules;
	/* Adds its members to the ack, in which "action" and "correlation_id" are already. An error
	 * replaces what it added; *result may be set. */
	int (*handle)(const struct orch *o, const struct json *message, struct json_out *ack,
		      struct message_result *result, struct err *e);
};

/* NULL when there is no such topic. */
const struct topic *topic_find(const char *name);
/* All of them, from 0; NULL behind the last. */
const struct topic *topic_at(size_t i);

extern const struct topic topic_create_new_runtime;
extern const struct topic topic_delete_device;
extern const struct topic topic_start_device;
extern const struct topic topic_stop_device;
extern const struct topic topic_restart_device;
extern const struct topic topic_run_command;
extern const struct topic topic_get_device_status;
extern const struct topic topic_get_host_interfaces;
extern const struct topic topic_get_consumption_device;
extern const struct topic topic_get_consumption_orchestrator;
extern const struct topic topic_get_serial_devices;
extern const struct topic topic_delete_orchestrator;

#endif
