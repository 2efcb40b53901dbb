/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK 4096

int fd_write_all(int fd, const void *buf, size_t len, struct err *e)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "write");
		p += n;
		len -= n;
	}
	return 0;
}

int fd_read_all(int fd, size_t max, struct str *out, struct err *e)
{
	size_t start = out->len;

	for (;;) {
		ssize_t n;

		/* The spare room is at least a byte, so that what is too long shows itself. */
		if (out->cap - out->len < 2)
			str_reserve(out, READ_CHUNK);
		n = read(fd, out->p + out->len, out->cap - out->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return 0;
		if (n > 0)
			out->len += n;
		if (n > 0 && out->len - start <= max) {
			out->p[out->len] = '\0';
			continue;
		}
		out->len = start;
		out->p[start] = '\0';
		if (n < 0)
			return err_set(e, errno, "read");
		return err_msg(e, EFBIG, "larger than %zu bytes", max);
	}
}

int file_read(int dirfd, const char *path, size_t max, struct str *out, struct err *e)
{
	autofd int fd = -1;
	struct stat st;
	int r;

	fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "%s: not a regular file", path);
	/* One more than the size, so that the read that finds the end needs no more room. */
	str_reserve(out, MIN((size_t)st.st_size, max) + 1);
	r = fd_read_all(fd, max, out, e);
	if (r < 0)
		(void)err_wrap(e, "%s: ", path);
	return r;
}

int file_write_at(int dirfd, const char *path, const char *text, struct err *e)
{
	size_t len = strlen(text), shown = len - (len > 0 && text[len - 1] == '\n');
	autofd int fd = -1;
	ssize_t n;

	fd = openat(dirfd, path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		return err_set(e, n < 0 ? errno : EIO, "write \"%.*s\" to %s", (int)shown, text,
			       path);
	return 0;
}

static int open_new(int dirfd, const char *path, mode_t mode, struct err *e)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}

/* Fills a file that nobody else has the name of; takes it away again on failure. */
static int fill(int dirfd, const char *path, int fd, const void *buf, size_t len, bool sync,
		struct err *e)
{
	int r = fd_write_all(fd, buf, len, e);

	if (r == 0 && sync && fsync(fd) < 0)
		r = err_set(e, errno, "fsync");
	if (r < 0) {
		(void)err_wrap(e, "%s: ", path);
		/* The first failure is what matters. */
		(void)unlinkat(dirfd, path, 0);
	}
	return r;
}

int file_create(int dirfd, const char *path, mode_t mode, const void *buf, size_t len,
		struct err *e)
{
	autofd int fd = open_new(dirfd, path, mode, e);

	return fd < 0 ? fd : fill(dirfd, path, fd, buf, len, false, e);
}

/* ".name.<16 hex digits>" in the same directory, so that rename does not cross file systems. */
static int temporary_name(const char *path, char **out, struct err *e)
{
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash + 1 - path) : 0;
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_set(e, errno, "getrandom");
	*out = xasprintf("%.*s.%.200s.%016llx", dir_len, path, path + dir_len,
			 (unsigned long long)random);
	return 0;
}

/* One whose lock we have, by which file_sweep knows that it is in use. That took it in the moment
 * before, perhaps: then another. A file system without locks has no file_sweep, either. */
static int open_temporary(int dirfd, const char *path, mode_t mode, char **name, struct err *e)
{
	for (;;) {
		autofree char *temporary = NULL;
		autofd int fd = -1;
		struct stat st;
		int r = temporary_name(path, &temporary, e);

		fd = r < 0 ? r : open_new(dirfd, temporary, mode, e);
		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 ? fstat(fd, &st) < 0 || st.st_nlink > 0 :
							errno != EWOULDBLOCK) {
			*name = TAKE(temporary);
			return TAKE_FD(fd);
		}
		(void)unlinkat(dirfd, temporary, 0); /* it does so, or has done it */
	}
}

static int sync_directory(int dirfd, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	autofree char *dir = slash ? xstrndup(path, MAX(slash - path, 1)) : xstrdup(".");
	autofd int fd = -1;

	fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", dir);
	if (fsync(fd) < 0)
		return err_set(e, errno, "fsync %s", dir);
	return 0;
}

int file_replace(int dirfd, const char *path, mode_t mode, const void *buf, size_t len, int flags,
		 struct err *e)
{
	autofree char *temporary = NULL;
	autofd int fd = open_temporary(dirfd, path, mode, &temporary, e);
	bool sync = flags & FILE_SYNC;
	int r;

	if (fd < 0)
		return fd;
	r = fill(dirfd, temporary, fd, buf, len, sync, e);
	if (r < 0)
		return r;
	if (renameat(dirfd, temporary, dirfd, path) < 0) {
		r = err_set(e, errno, "rename %s to %s", temporary, path);
		/* The first failure is what matters. */
		(void)unlinkat(dirfd, temporary, 0);
		return r;
	}
	return sync ? sync_directory(dirfd, path, e) : 0;
}

static int make_one(const char *path, mode_t mode, struct err *e)
{
	struct stat st;
	int r;

	if (mkdir(path, mode) == 0)
		return 0;
	/* A read-only file system says so even of a directory that is there. */
	r = errno;
	if (stat(path, &st) < 0)
		return err_set(e, r, "mkdir %s", path);
	return S_ISDIR(st.st_mode) ? 0 : err_set(e, ENOTDIR, "mkdir %s", path);
}

int dir_make_all(const char *path, mode_t mode, struct err *e)
{
	autofree char *copy = xstrdup(path);
	char *first = copy[0] == '/' ? copy + 1 : copy;

	for (char *p = strchr(first, '/'); p; p = strchr(p + 1, '/')) {
		int r;

		*p = '\0';
		r = make_one(copy, mode, e);
		*p = '/';
		if (r < 0)
			return r;
	}
	return make_one(copy, mode, e);
}
