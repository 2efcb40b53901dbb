/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lock.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>

#define TIMEOUT_MS 30000

int net_lock(const char *state_dir, const char *name, struct err *e)
{
	autofree char *dir = xasprintf("%s/locks", state_dir);
	autofree char *path = xasprintf("%s/%s", dir, name);
	autofd int fd = -1;
	int r;

	if (!*name || name[0] == '.' || strchr(name, '/') || strlen(name) > 200)
		return err_msg(e, EINVAL, "lock \"%s\": not a name", name);
	r = dir_make_all(dir, 0700, e);
	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	r = fd_lock(fd, true, TIMEOUT_MS, e);
	return r < 0 ? err_wrap(e, "lock %s: ", path) : TAKE_FD(fd);
}
