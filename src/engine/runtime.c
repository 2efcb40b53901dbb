/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/runtime.h"

#include "core/file.h"
#include "core/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const struct name cgroup_manager_names[] = {
	{ "cgroupfs", CGROUP_CGROUPFS },
	{ "systemd", CGROUP_SYSTEMD },
	{ "disabled", CGROUP_DISABLED },
	{ 0 },
};

static int open_root(const char *path, bool make, struct err *e)
{
	/* basedir-spec: what has the sticky bit is not tidied away from $XDG_RUNTIME_DIR. */
	mode_t mode = geteuid() == 0 ? 0700 : 01700;
	int fd, r;

	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT || !make)
		return fd >= 0 ? fd : err_set(e, errno, "open state directory %s", path);
	r = dir_make_all(path, mode, e);
	if (r < 0)
		return err_wrap(e, "state directory: ");
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : err_set(e, errno, "open state directory %s", path);
}

int runtime_open(struct runtime *rt, bool make, struct err *e)
{
	autofd int proc = -1;
	autofd int root = -1;
	struct stat st;

	rt->root_fd = rt->proc = -1;
	proc = procfs_open_root(e);
	if (proc < 0)
		return proc;
	root = open_root(rt->root, make, e);
	if (root < 0 && (root != -ENOENT || rt->root_required))
		return root;
	if (root >= 0) {
		if (fstat(root, &st) < 0)
			return err_set(e, errno, "stat state directory %s", rt->root);
		if (st.st_uid != geteuid() && st.st_uid != 0)
			return err_msg(e, EPERM, "state directory %s belongs to uid %u", rt->root,
				       (unsigned)st.st_uid);
		if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
			return err_msg(e, EPERM, "state directory %s can be written by everybody",
				       rt->root);
	}
	rt->root_fd = root < 0 ? -1 : TAKE_FD(root);
	rt->proc = TAKE_FD(proc);
	return 0;
}

int runtime_open_cache(const struct runtime *rt)
{
	if (!rt->cache || (mkdir(rt->cache, 0700) < 0 && errno != EEXIST))
		return -1;
	return open(rt->cache, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void runtime_close(struct runtime *rt)
{
	rt->root_fd = fd_close(rt->root_fd);
	rt->proc = fd_close(rt->proc);
}
