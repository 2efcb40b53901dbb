/* SPDX-License-Identifier: Apache-2.0 */
/**
 * refusal.h - the answer to a message that never came to be handled.
 */
#ifndef ORCH_SERVE_REFUSAL_H
#define ORCH_SERVE_REFUSAL_H

#include "core/json.h"

/* {"action":TOPIC,"correlation_id":…,"status":"error","error":TEXT}, a heap string.
 * @topic: NULL when it is not known
 * @message: whose correlation_id is echoed; NULL or no object: it is null */
char *refusal_format(const char *topic, const struct json *message, const char *text);

#endif
