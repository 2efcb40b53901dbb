/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "core/inroot_walk.h"
#include "core/openat2.h"
#include "core/proc.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define RETRY_MS 50

/* What touch gives the directories it has to make on the way. */
#define PARENT_MODE 0755

static bool walk_only;

void inroot_force_walk(bool on)
{
	walk_only = on;
}

static int open_once(int root, const char *path, int flags)
{
	int fd = -ENOSYS;

	if (!walk_only)
		fd = openat2_call(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	return fd == -ENOSYS ? inroot_walk(root, path, flags, NULL) : fd;
}

/* The kernel answers EAGAIN when any rename or mount of the whole system came between its steps
 * over "..", so it says nothing about this path. */
static int open_retry(int root, const char *path, int flags)
{
	int64_t deadline;
	int fd = open_once(root, path, flags);

	if (fd != -EAGAIN)
		return fd;
	deadline = monotonic_ms() + RETRY_MS;
	while (fd == -EAGAIN && monotonic_ms() < deadline)
		fd = open_once(root, path, flags);
	return fd;
}

/* What is there already is opened the fast way; only what is missing is worth the walk. */
static int make_retry(int root, const char *path, int flags, const struct inroot_make *make)
{
	int64_t deadline;
	int fd = open_retry(root, path, flags);

	if (fd != -ENOENT || !*path)
		return fd;
	deadline = monotonic_ms() + RETRY_MS;
	do
		fd = inroot_walk(root, path, flags, make);
	while (fd == -EAGAIN && monotonic_ms() < deadline);
	return fd;
}

int inroot_open(int root, const char *path, int flags, struct err *e)
{
	int fd = -EINVAL;

	if (!(flags & O_CREAT))
		fd = open_retry(root, path, flags);
	return fd < 0 ? err_set(e, -fd, "open %s in the container's root", path) : fd;
}

int inroot_open_plain(int root, const char *path, int flags)
{
	if (walk_only)
		return -ENOSYS;
	return openat2_call(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

int inroot_mkdir_all(int root, const char *path, mode_t mode, struct err *e)
{
	const struct inroot_make make = { .dir_mode = mode };
	int fd = make_retry(root, path, O_PATH | O_DIRECTORY, &make);

	return fd < 0 ? err_set(e, -fd, "mkdir %s in the container's root", path) : fd;
}

/* The path without its trailing slashes, in a buffer of PATH_MAX bytes. */
static int strip_slashes(const char *path, char *out)
{
	size_t n = strlen(path);

	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	while (n > 1 && path[n - 1] == '/')
		n--;
	memcpy(out, path, n);
	out[n] = '\0';
	return 0;
}

static int touch(int root, const char *path, mode_t mode)
{
	const struct inroot_make make = {
		.dir_mode = PARENT_MODE,
		.file = true,
		.file_mode = mode,
	};
	char file[PATH_MAX];
	struct stat st;
	autofd int fd = -1;
	int r;

	r = strip_slashes(path, file);
	if (r < 0)
		return r;
	r = make_retry(root, file, O_PATH, &make);
	if (r < 0)
		return r;
	fd = r;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? -EISDIR : TAKE_FD(fd);
}

int inroot_touch(int root, const char *path, mode_t mode, struct err *e)
{
	int fd = touch(root, path, mode);

	return fd < 0 ? err_set(e, -fd, "create %s in the container's root", path) : fd;
}

/* Cuts the last component off @parent, a stripped path, into @name. */
static int split_parent(char *parent, char *name)
{
	char *slash = strrchr(parent, '/');
	const char *last = slash ? slash + 1 : parent;

	if (!*last || str_eq(last, ".") || str_eq(last, ".."))
		return -EINVAL;
	if (strlen(last) > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, last, strlen(last) + 1);
	if (slash && slash > parent)
		*slash = '\0';
	else
		memcpy(parent, "/", 2);
	return 0;
}

int inroot_open_parent(int root, const char *path, mode_t make_mode, char *name, struct err *e)
{
	char parent[PATH_MAX], last[NAME_MAX + 1];
	int r;

	r = strip_slashes(path, parent);
	if (r >= 0)
		r = split_parent(parent, last);
	if (r < 0)
		return err_set(e, -r, "parent of %s", path);
	if (make_mode)
		r = inroot_mkdir_all(root, parent, make_mode, e);
	else
		r = inroot_open(root, parent, O_PATH | O_DIRECTORY, e);
	if (r >= 0)
		memcpy(name, last, strlen(last) + 1);
	return r;
}
