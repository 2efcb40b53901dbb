/* SPDX-License-Identifier: Apache-2.0 */
/* What CRIU answers: it is no enemy, but it reads images, which may come from one. */
#include "engine/criu/message.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct criu_response r = { .type = 77 };

	if (criu_response_decode(data, size, &r) < 0 && r.type != 77)
		abort();
	if (strlen(r.script) >= CRIU_TEXT_MAX || strlen(r.message) >= CRIU_TEXT_MAX)
		abort();
	return 0;
}
