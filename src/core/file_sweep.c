/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define DIGITS 16

/* ".NAME.<16 hex digits>" */
bool file_is_temporary(const char *file, const char *name)
{
	size_t n = strlen(file), len = n > DIGITS + 2 ? n - DIGITS - 2 : 0;

	if (len == 0 || file[0] != '.' || file[len + 1] != '.' ||
	    strspn(file + len + 2, "0123456789abcdef") != DIGITS)
		return false;
	return !name || (strlen(name) == len && strncmp(file + 1, name, len) == 0);
}

/* Who writes it holds its lock. What cannot be opened or removed stays for the next time. */
static void remove_unused(int dir, const char *name)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir, name, 0);
}

static void dir_close_p(DIR **d)
{
	if (*d)
		(void)closedir(*d); /* nothing was written */
}

int file_sweep(int dirfd, const char *path, struct err *e)
{
	_cleanup_(dir_close_p) DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_set(e, errno, "open %s", path);
	dir = fdopendir(fd);
	if (!dir) {
		(void)fd_close(fd);
		return err_set(e, errno, "read %s", path);
	}
	while ((entry = readdir(dir)))
		if (file_is_temporary(entry->d_name, NULL))
			remove_unused(fd, entry->d_name);
	return 0;
}
