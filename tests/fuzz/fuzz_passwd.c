/* SPDX-License-Identifier: Apache-2.0 */
/* A home directory is one line's, never empty, and "/" for who is not there. */
#include "engine/security/creds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t uids[] = { 0, 1, 1000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(uids); i++) {
		autofree char *home = passwd_find_home((const char *)data, size, uids[i]);

		if (!*home || strchr(home, '\n') || strchr(home, ':'))
			abort();
		if (!str_eq(home, "/") && !memmem(data, size, home, strlen(home)))
			abort();
	}
	return 0;
}
