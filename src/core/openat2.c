/* SPDX-License-Identifier: Apache-2.0 */
#include "core/openat2.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool missing, disabled;

static int call(int dirfd, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC), .resolve = resolve };
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* EPERM may be the file's (O_NOATIME, immutable) or a filter's: an open that is never refused
 * tells. */
static bool filtered(void)
{
	int fd = call(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);

	if (fd >= 0)
		close(fd);
	return fd == -EPERM;
}

int openat2_call(int dirfd, const char *path, int flags, uint64_t resolve)
{
	int fd;

	if (missing || disabled)
		return -ENOSYS;
	fd = call(dirfd, path, flags, resolve);
	if (fd == -ENOSYS || (fd == -EPERM && filtered())) {
		missing = true;
		return -ENOSYS;
	}
	return fd;
}

void openat2_disable(bool on)
{
	disabled = on;
}
