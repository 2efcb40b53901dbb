/* SPDX-License-Identifier: Apache-2.0 */
#include "core/err.h"
#include "core/file.h"
#include "engine/fs/steps.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The image decides how deep its tree is; each level keeps three descriptors open. */
#define DEPTH_MAX 64
#define XATTR_LIST_MAX 65536
#define XATTR_VALUE_MAX 65536
#define CHUNK (1 << 20)

/* One file on its way from one directory into another, by name; nothing is followed. */
struct item {
	int from, to;
	const char *name;
	struct stat st;
	int depth;
};

static int copy_dir(int from, int to, int depth, struct err *e);

/* A file system without attributes, or one whose attributes a tmpfs cannot hold, loses them. */
static bool is_tolerated(int num)
{
	return num == ENOTSUP || num == EPERM || num == ENODATA;
}

static int copy_xattrs(int from, int to, struct err *e)
{
	autofree char *names = xmalloc(XATTR_LIST_MAX), *value = xmalloc(XATTR_VALUE_MAX);
	ssize_t len = flistxattr(from, names, XATTR_LIST_MAX);

	if (len < 0)
		return is_tolerated(errno) ? 0 : err_set(e, errno, "list extended attributes");
	for (char *n = names; n < names + len; n += strlen(n) + 1) {
		ssize_t size = fgetxattr(from, n, value, XATTR_VALUE_MAX);

		if (size >= 0 && fsetxattr(to, n, value, (size_t)size, 0) == 0)
			continue;
		if (!is_tolerated(errno))
			return err_set(e, errno, "copy the extended attribute %s", n);
	}
	return 0;
}

/* Owner first: changing it takes set-id bits away. Times last. */
static int copy_attributes(int from, int to, const struct stat *st, struct err *e)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	int r;

	if (fchown(to, st->st_uid, st->st_gid) < 0)
		return err_set(e, errno, "chown");
	if (fchmod(to, st->st_mode & 07777) < 0)
		return err_set(e, errno, "chmod");
	r = copy_xattrs(from, to, e);
	if (r < 0)
		return r;
	return futimens(to, times) < 0 ? err_set(e, errno, "set times") : 0;
}

static int copy_content(int from, int to, struct err *e)
{
	ssize_t n;

	do
		n = sendfile(to, from, NULL, CHUNK);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? err_set(e, errno, "copy") : 0;
}

static int copy_regular(const struct item *i, struct err *e)
{
	autofd int from = openat(i->from, i->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofd int to = -1;
	struct stat st;
	int r;

	if (from < 0 || fstat(from, &st) < 0)
		return err_set(e, errno, "open");
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EAGAIN, "replaced while it was copied");
	to = openat(i->to, i->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return err_set(e, errno, "create");
	r = copy_content(from, to, e);
	return r < 0 ? r : copy_attributes(from, to, &st, e);
}

static int copy_symlink(const struct item *i, struct err *e)
{
	char to[PATH_MAX];
	ssize_t n = readlinkat(i->from, i->name, to, sizeof(to));

	if (n < 0)
		return err_set(e, errno, "readlink");
	if ((size_t)n == sizeof(to))
		return err_set(e, ENAMETOOLONG, "readlink");
	to[n] = '\0';
	if (symlinkat(to, i->to, i->name) < 0 ||
	    fchownat(i->to, i->name, i->st.st_uid, i->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "symlink");
	return 0;
}

static int copy_subdir(const struct item *i, struct err *e)
{
	autofd int from = -1, to = -1;

	if (mkdirat(i->to, i->name, 0700) < 0)
		return err_set(e, errno, "mkdir");
	from = openat(i->from, i->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0)
		return err_set(e, errno, "open");
	to = openat(i->to, i->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return err_set(e, errno, "open the copy");
	return copy_dir(from, to, i->depth + 1, e);
}

/* A device, a FIFO or a socket. */
static int copy_special(const struct item *i, struct err *e)
{
	if (mknodat(i->to, i->name, i->st.st_mode, i->st.st_rdev) < 0 ||
	    fchownat(i->to, i->name, i->st.st_uid, i->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "mknod");
	return 0;
}

static int copy_item(struct item *i, struct err *e)
{
	int r;

	if (fstatat(i->from, i->name, &i->st, AT_SYMLINK_NOFOLLOW) < 0)
		r = err_set(e, errno, "stat");
	else if (S_ISREG(i->st.st_mode))
		r = copy_regular(i, e);
	else if (S_ISDIR(i->st.st_mode))
		r = copy_subdir(i, e);
	else if (S_ISLNK(i->st.st_mode))
		r = copy_symlink(i, e);
	else
		r = copy_special(i, e);
	return r < 0 ? err_wrap(e, "%s: ", i->name) : 0;
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int copy_entries(DIR *d, int from, int to, int depth, struct err *e)
{
	for (;;) {
		struct item i = { .from = from, .to = to, .depth = depth };
		struct dirent *entry;
		int r;

		errno = 0;
		entry = readdir(d);
		if (!entry)
			return errno ? err_set(e, errno, "read a directory") : 0;
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		i.name = entry->d_name;
		r = copy_item(&i, e);
		if (r < 0)
			return r;
	}
}

static int copy_dir(int from, int to, int depth, struct err *e)
{
	_cleanup_(close_dir) DIR *d = NULL;
	autofd int list = -1;
	struct stat st;
	int r;

	if (depth > DEPTH_MAX)
		return err_msg(e, ELOOP, "more than %d directories deep", DEPTH_MAX);
	list = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0 || fstat(from, &st) < 0)
		return err_set(e, errno, "open a directory");
	d = fdopendir(list);
	if (!d)
		return err_set(e, errno, "open a directory");
	list = -1; /* the stream's now */
	r = copy_entries(d, from, to, depth, e);
	if (r < 0 || depth > 0)
		return r < 0 ? r : copy_attributes(from, to, &st, e);
	/* The top's mode is the mount's, which may have been configured. */
	return fchown(to, st.st_uid, st.st_gid) < 0 ? err_set(e, errno, "chown") : 0;
}

int copyup(int from, int to, struct err *e)
{
	autofd int real_from = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd int real_to = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (real_from < 0 || real_to < 0)
		return err_set(e, errno, "tmpcopyup: open");
	r = copy_dir(real_from, real_to, 0, e);
	return r < 0 ? err_wrap(e, "tmpcopyup: ") : 0;
}
