/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define autodir _cleanup_(close_dir) DIR

struct removal {
	int top;	  /* the directory that goes */
	unsigned counter; /* of the names that moved directories get in it */
};

static int open_dir(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A directory that is not empty moves up, to be looked into later: so no depth is too deep. */
static int move_up(struct removal *r, int dir, const char *name)
{
	char moved[32];

	for (;;) {
		snprintf(moved, sizeof(moved), ".removed.%u", r->counter++);
		if (renameat2(dir, name, r->top, moved, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
}

/* Returns 0 or -errno. @dir is the top itself, or one directly in it. */
static int remove_entry(struct removal *r, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return 0;
	if ((errno != ENOTEMPTY && errno != EEXIST) || dir == r->top)
		return -errno;
	return move_up(r, dir, name);
}

/* All in @dir goes or moves up. */
static int empty_dir(struct removal *r, int dir, struct err *e)
{
	int fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	autodir *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int res;

	if (!d) {
		fd_close(fd);
		return err_set(e, errno, "read directory");
	}
	rewinddir(d);
	while ((errno = 0, entry = readdir(d))) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		res = remove_entry(r, dir, entry->d_name);
		if (res < 0)
			return err_set(e, -res, "remove %s", entry->d_name);
	}
	return errno ? err_set(e, errno, "read directory") : 0;
}

/* The name of a directory that is left in the top. Returns 1, 0 when there is none. */
static int next_dir(int top, char name[NAME_MAX + 1], struct err *e)
{
	int fd = fcntl(top, F_DUPFD_CLOEXEC, 0);
	autodir *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!d) {
		fd_close(fd);
		return err_set(e, errno, "read directory");
	}
	rewinddir(d);
	while ((errno = 0, entry = readdir(d)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..")) {
			snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
			return 1;
		}
	return errno ? err_set(e, errno, "read directory") : 0;
}

static bool same_device(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev;
}

/* One entry of the top: a file, or a directory whose own directories move up. */
static int remove_from_top(struct removal *r, const char *name, struct err *e)
{
	int res = remove_entry(r, r->top, name);
	autofd int dir = -1;

	if (res != -ENOTEMPTY && res != -EEXIST)
		return res < 0 ? err_set(e, -res, "remove %s", name) : 0;
	dir = open_dir(r->top, name);
	if (dir < 0)
		return err_set(e, -dir, "open %s", name);
	if (!same_device(r->top, dir))
		return err_set(e, EBUSY, "remove %s", name);
	res = empty_dir(r, dir, e);
	if (res < 0)
		return err_wrap(e, "%s: ", name);
	if (unlinkat(r->top, name, AT_REMOVEDIR) < 0)
		return err_set(e, errno, "remove %s", name);
	return 0;
}

static int empty_top(struct removal *r, struct err *e)
{
	char name[NAME_MAX + 1];
	int res;

	while ((res = next_dir(r->top, name, e)) > 0) {
		res = remove_from_top(r, name, e);
		if (res < 0)
			return res;
	}
	return res;
}

int tree_remove(int dirfd, const char *name, struct err *e)
{
	struct removal r = { .top = -1 };
	autofd int top = -1;
	int res;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return err_set(e, errno, "remove %s", name);
	top = open_dir(dirfd, name);
	if (top == -ENOENT)
		return 0;
	if (top < 0)
		return err_set(e, -top, "remove %s", name);
	if (!same_device(dirfd, top))
		return err_set(e, EBUSY, "remove %s", name);
	r.top = top;
	res = empty_top(&r, e);
	if (res < 0)
		return err_wrap(e, "%s: ", name);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		return err_set(e, errno, "remove %s", name);
	return 0;
}
