/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/topics.h"

static const struct topic *const topics[] = {
	&topic_create_new_runtime,     &topic_delete_device,
	&topic_start_device,	       &topic_stop_device,
	&topic_restart_device,	       &topic_run_command,
	&topic_get_device_status,      &topic_get_host_interfaces,
	&topic_get_consumption_device, &topic_get_consumption_orchestrator,
	&topic_get_serial_devices,     &topic_delete_orchestrator,
};

const struct topic *topic_at(size_t i)
{
	return i < ARRAY_SIZE(topics) ? topics[i] : NULL;
}

const struct topic *topic_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		if (str_eq(topics[i]->name, name))
			return topics[i];
	return NULL;
}
