/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs_walk.h"
#include "core/num.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FDINFO_MAX 4096

/* Before statx told the mount (Linux 5.8), fdinfo did: "mnt_id:\t22". */
static int mount_id_by_fdinfo(int proc, int fd, uint64_t *id)
{
	char path[64], text[FDINFO_MAX];
	autofd int info = -1;
	struct statfs fs;
	char *line;
	ssize_t n;

	snprintf(path, sizeof(path), "self/fdinfo/%d", fd);
	info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return -errno;
	if (fstatfs(info, &fs) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC)
		return -EXDEV;
	n = read(info, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	line = strstr(text, "mnt_id:\t");
	if (!line)
		return -EXDEV;
	line += strlen("mnt_id:\t");
	line[strcspn(line, "\n")] = '\0';
	return num_parse_u64(line, UINT64_MAX, "mount", id, NULL);
}

static int mount_id(int proc, int fd, uint64_t *id)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &stx) == 0 &&
	    stx.stx_mask & STATX_MNT_ID) {
		*id = stx.stx_mnt_id;
		return 0;
	}
	return mount_id_by_fdinfo(proc, fd, id);
}

/* Nothing mounted over it: the same file system and the same mount as the handle's. */
static int check_mount(int proc, uint64_t want, int fd)
{
	struct statfs fs;
	uint64_t id;
	int r;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC)
		return -EXDEV;
	r = mount_id(proc, fd, &id);
	if (r < 0)
		return r;
	return id == want ? 0 : -EXDEV;
}

static int open_checked(int proc, uint64_t want, int dir, const char *name, int flags)
{
	autofd int fd = -1;
	int r;

	fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_mount(proc, want, fd);
	return r < 0 ? r : TAKE_FD(fd);
}

/* Opens the last component: first only its name, because to open what is mounted over it (a FIFO,
 * a device) may already do harm. */
static int open_last(int proc, uint64_t want, int dir, const char *name, int flags)
{
	autofd int fd = -1;
	struct stat st;

	fd = open_checked(proc, want, dir, name, O_PATH);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && !(flags & O_PATH && flags & O_NOFOLLOW))
		return -ELOOP;
	return open_checked(proc, want, dir, name, flags);
}

int procfs_walk(int proc, const char *path, int flags)
{
	autofd int dir = -1;
	char name[NAME_MAX + 1];
	uint64_t want;
	size_t n;
	int r;

	if (*path == '/')
		return -EXDEV;
	if (!*path)
		return -ENOENT;
	r = mount_id(proc, proc, &want);
	while (r >= 0 && *path) {
		n = strcspn(path, "/");
		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, path, n);
		name[n] = '\0';
		if (str_eq(name, ".."))
			return -EXDEV;
		if (path[n] == '\0')
			return open_last(proc, want, dir < 0 ? proc : dir, name, flags);
		path += n + strspn(path + n, "/");
		r = open_last(proc, want, dir < 0 ? proc : dir, name, O_PATH | O_DIRECTORY);
		if (r >= 0) {
			(void)fd_close(dir);
			dir = r;
		}
	}
	return r < 0 ? r : open_checked(proc, want, dir, ".", flags);
}
