/* SPDX-License-Identifier: Apache-2.0 */
/* A line of an audit trail. One that is taken is written again as the same line. */
#include "orch/audit_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_event event = { 0 };
	autofree char *again = NULL;

	if (size >= AUDIT_LINE_MAX || audit_event_parse((const char *)data, size, &event, NULL) < 0)
		return 0;
	if (audit_event_format(&event, &again, NULL) < 0 || strlen(again) != size ||
	    memcmp(again, data, size) != 0)
		abort();
	audit_event_done(&event);
	return 0;
}
