/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#define NULL_MAJOR 1
#define NULL_MINOR 3

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(NULL_MAJOR, NULL_MINOR);
}

int verify_null_device(int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat");
	if (!is_null(&st))
		return err_msg(e, ENXIO, "not the null device");
	return 0;
}

int verify_readonly_fd(int fd, const char *what, struct err *e)
{
	struct statvfs sv;

	if (fstatvfs(fd, &sv) < 0)
		return err_set(e, errno, "statfs %s", what);
	if (!(sv.f_flag & ST_RDONLY))
		return err_msg(e, EPERM, "%s is still writable", what);
	return 0;
}

/* Returns an fd, -ENOENT for what is not there or is hidden below a mask, or -errno. */
static int open_again(int root, const char *path, struct err *e)
{
	int fd = inroot_open(root, path, O_PATH, NULL);

	return fd < 0 && fd != -ENOENT ? err_set(e, -fd, "open %s again", path) : fd;
}

int verify_readonly(int root, const char *path, struct err *e)
{
	autofd int fd = open_again(root, path, e);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return verify_readonly_fd(fd, path, e);
}

int verify_masked(int root, const char *path, dev_t mask_dev, struct err *e)
{
	autofd int fd = open_again(root, path, e);
	struct stat st;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode) ? !mask_dev || st.st_dev != mask_dev : !is_null(&st))
		return err_msg(e, EPERM, "%s is not masked", path);
	return verify_readonly_fd(fd, path, e);
}
