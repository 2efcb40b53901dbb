/* SPDX-License-Identifier: Apache-2.0 */
/* Any text of /proc/PID/stat: refused whole, or its state is one byte after the last name. */
#include "core/procfs.h"
#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc_stat s = { .state = '?', .start_time = 1, .kernel_flags = 2 };
	int r = proc_stat_parse((const char *)data, size, &s);

	if (r == 0) {
		const char *end = memrchr(data, ')', size);

		if (!end || s.state != end[2])
			abort();
	} else if (r != -EINVAL || s.state != '?' || s.start_time != 1 || s.kernel_flags != 2) {
		abort();
	}
	return 0;
}
