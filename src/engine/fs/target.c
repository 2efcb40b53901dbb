/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/target.h"
#include "core/inroot.h"
#include "engine/fs/plan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_MODE 0755
#define FILE_MODE 0644

int fd_path(int fds, int fd, char *out, struct err *e)
{
	char name[16];
	ssize_t n;

	snprintf(name, sizeof(name), "%d", fd);
	n = readlinkat(fds, name, out, PATH_MAX);
	if (n < 0)
		return err_set(e, errno, "read the name of a descriptor");
	if (n == PATH_MAX)
		return err_set(e, ENAMETOOLONG, "read the name of a descriptor");
	out[n] = '\0';
	return 0;
}

/*
 * A new directory in the tmpfs that this program mounted at "/dev" and nobody else knows: neither
 * can a symlink be on the way, nor can it be anywhere else. What is there already (copied up, or
 * named twice) goes the long way.
 */
static int make_in_dev(int dev, const char *dest)
{
	const char *rest = dev >= 0 ? path_below(dest, "/dev") : NULL;

	if (!rest || !*rest || strchr(rest + 1, '/') || mkdirat(dev, rest + 1, DIR_MODE) < 0)
		return -1;
	return openat(dev, rest + 1, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Where the configured path is the real one already: nothing is to be made, followed or asked. */
static int open_known(const struct target_root *t, const char *dest, enum target_kind kind)
{
	autofd int fd = -1;
	struct stat st;

	switch (kind) {
	case TARGET_DIR:
	case TARGET_REAL_DIR:
		fd = make_in_dev(t->dev, dest);
		return fd >= 0 ? TAKE_FD(fd) :
				 inroot_open_plain(t->root, dest, O_PATH | O_DIRECTORY);
	case TARGET_FILE:
		fd = inroot_open_plain(t->root, dest, O_PATH);
		return fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode) ? TAKE_FD(fd) : -1;
	case TARGET_EXISTING:
		break;
	}
	return inroot_open_plain(t->root, dest, O_PATH);
}

/* The kernel mounts through a symlink only if we do: look at the thing itself. */
static int open_real_dir(int root, const char *dest, struct err *e)
{
	struct stat st;
	autofd int fd = inroot_open(root, dest, O_PATH | O_NOFOLLOW, NULL);

	if (fd == -ENOENT)
		return inroot_mkdir_all(root, dest, DIR_MODE, e);
	if (fd < 0)
		return err_set(e, -fd, "open %s", dest);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", dest);
	if (!S_ISDIR(st.st_mode))
		return err_msg(e, ENOTDIR, "must be mounted on ordinary directory");
	return TAKE_FD(fd);
}

static int open_kind(int root, const char *dest, enum target_kind kind, struct err *e)
{
	switch (kind) {
	case TARGET_DIR:
		return inroot_mkdir_all(root, dest, DIR_MODE, e);
	case TARGET_REAL_DIR:
		return open_real_dir(root, dest, e);
	case TARGET_FILE:
		return inroot_touch(root, dest, FILE_MODE, e);
	case TARGET_EXISTING:
		break;
	}
	return inroot_open(root, dest, O_PATH, e);
}

static int locate(const struct target_root *t, int fd, char *resolved, struct err *e)
{
	char name[PATH_MAX];
	const char *rest;
	int r = fd_path(t->fds, fd, name, e);

	if (r < 0)
		return r;
	rest = path_below(name, t->root_path);
	if (!rest)
		return err_msg(e, EXDEV, "the mount point is outside the container's root");
	if (!*rest)
		rest = "/";
	memcpy(resolved, rest, strlen(rest) + 1);
	return 0;
}

enum target_kind target_kind_of_dir(const char *dest)
{
	return plan_is_kernel_view(dest) ? TARGET_REAL_DIR : TARGET_DIR;
}

int target_open(const struct target_root *t, const char *dest, enum target_kind kind,
		struct target *out, struct err *e)
{
	autofd int fd = open_known(t, dest, kind);
	int r;

	if (fd >= 0 && strlen(dest) < PATH_MAX) {
		memcpy(out->resolved, dest, strlen(dest) + 1);
		out->fd = TAKE_FD(fd);
		return 0;
	}
	fd_close_p(&fd);
	fd = open_kind(t->root, dest, kind, e);
	if (fd < 0)
		return fd;
	r = locate(t, fd, out->resolved, e);
	if (r < 0)
		return r;
	out->fd = TAKE_FD(fd);
	return 0;
}
