/* SPDX-License-Identifier: Apache-2.0 */
#include "net/leftovers.h"

#include "core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

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
		if (file_is_temporary(entry->d_name, name))
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(d);
}
