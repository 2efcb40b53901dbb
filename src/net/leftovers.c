/* SPDX-License-Identifier: Apache-2.0 */
#include "net/leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#define DIGITS 16

static bool is_leftover(const char *file, const char *name)
{
	const char *dot = strrchr(file, '.');
	size_t n;

	if (file[0] != '.' || dot == file || strlen(dot + 1) != DIGITS ||
	    strspn(dot + 1, "0123456789abcdef") != DIGITS)
		return false;
	n = (size_t)(dot - file) - 1;
	return !name || (strlen(name) == n && strncmp(file + 1, name, n) == 0);
}

void leftovers_remove(int dirfd, const char *path, const char *name)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!d) {
		fd_close_p(&fd);
		return;
	}
	while ((entry = readdir(d)))
		if (is_leftover(entry->d_name, name))
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(d);
}
