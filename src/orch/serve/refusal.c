/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/refusal.h"

char *refusal_format(const char *topic, const struct json *message, const char *text)
{
	const struct json *id = message ? json_get(message, "correlation_id") : NULL;
	autojsonout *o = json_out_new(NULL);

	json_out_object(o);
	json_out_name(o, "action");
	if (topic)
		json_out_string(o, topic);
	else
		json_out_null(o);
	json_out_name(o, "correlation_id");
	if (id && id->type == JSON_NUMBER)
		json_out_tree(o, id);
	else
		json_out_null(o);
	json_out_name(o, "status");
	json_out_string(o, "error");
	json_out_name(o, "error");
	json_out_string(o, text);
	json_out_end(o);
	return xstrdup(json_out_text(o, NULL));
}
