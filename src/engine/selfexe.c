/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/selfexe.h"

#include "core/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

static bool is_protected(int exe)
{
	struct statvfs fs;
	int seals;

	if (fstatvfs(exe, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return true;
	seals = fcntl(exe, F_GET_SEALS); /* EINVAL: not a memfd */
	return seals >= 0 && (seals & SEALS) == SEALS;
}

/* No copy: the mount exists only as long as its descriptor and what runs from it. */
static int readonly_mount(int exe)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	autofd int fd = -1;

	fd = (int)syscall(SYS_open_tree, exe, "",
			  AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int sealed_copy(int exe, struct err *e)
{
	autofd int fd = -1;
	struct stat st;

	fd = memfd_create("runlet", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_set(e, errno, "memfd_create");
	if (fstat(exe, &st) < 0)
		return err_set(e, errno, "stat own executable");
	for (off_t done = 0; done < st.st_size;) {
		ssize_t n = sendfile(fd, exe, &done, (size_t)(st.st_size - done));

		if (n < 0)
			return err_set(e, errno, "copy own executable");
		if (n == 0)
			return err_msg(e, EIO, "copy own executable: it became shorter");
	}
	if (fchmod(fd, 0555) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_set(e, errno, "seal the copy of own executable");
	return TAKE_FD(fd);
}

int selfexe_protect(int proc, char **argv, struct err *e)
{
	autofd int exe = -1, fd = -1;

	exe = procfs_open_link(proc, "self/exe", O_RDONLY | O_CLOEXEC, e);
	if (exe < 0)
		return err_wrap(e, "open own executable: ");
	if (is_protected(exe))
		return 0;
	fd = readonly_mount(exe);
	if (fd < 0)
		fd = sealed_copy(exe, e);
	if (fd < 0)
		return fd;
	if (!is_protected(fd))
		return err_msg(e, EPERM, "own executable is not out of the container's reach");
	execveat(fd, "", argv, environ, AT_EMPTY_PATH);
	return err_set(e, errno, "execute own protected copy");
}
