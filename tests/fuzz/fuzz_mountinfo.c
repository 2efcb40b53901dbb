/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	struct mountinfo m = { 0 };

	if (mountinfo_parse(text, &m, NULL) < 0)
		return 0;
	for (size_t i = 0; i < m.n; i++)
		if (!m.v[i].path || !m.v[i].type)
			abort();
	mountinfo_done(&m);
	return 0;
}
