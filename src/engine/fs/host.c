/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/host.h"
#include <errno.h>
#include <fcntl.h>

int host_open(const char *path, int flags, struct err *e)
{
	int fd = open(path, O_PATH | O_CLOEXEC | flags);

	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}
