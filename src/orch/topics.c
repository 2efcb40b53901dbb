/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/topics.h"

static const struct topic *const topics[] = {
	&topic_run_command,
	&topic_get_host_interfaces,
	&topic_get_consumption_orchestrator,
	&topic_get_serial_devices,
};

const struct topic *topic_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		if (str_eq(topics[i]->name, name))
			return topics[i];
	return NULL;
}
