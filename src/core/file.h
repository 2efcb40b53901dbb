/* SPDX-License-Identifier: Apache-2.0 */
/**
 * file.h - reading and writing whole files, atomic replacement, locks.
 *
 * Not for paths inside a container (core/inroot.h) nor for /proc (core/procfs.h).
 */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include "core/err.h"
#include "core/str.h"

/* Write all, retrying short writes and EINTR. The message has no path: the caller wraps. */
int fd_write_all(int fd, const void *buf, size_t len, struct err *e);
/* Read until end of file, at most max bytes (-EFBIG beyond). Appends to out. */
int fd_read_all(int fd, size_t max, struct str *out, struct err *e);

/**
 * file_read - read a regular file below a directory.
 * @dirfd: AT_FDCWD or a directory
 *
 * Opened O_NONBLOCK and checked to be a regular file, so that a FIFO or a device put in its place
 * neither hangs nor floods. Returns: 0; -EINVAL not a regular file; -EFBIG; or open's errno.
 */
int file_read(int dirfd, const char *path, size_t max, struct str *out, struct err *e);

/* file_write_at - one write to an existing file of a kernel file system (cgroupfs, sysctl). */
int file_write_at(int dirfd, const char *path, const char *text, struct err *e);

/* file_create - create a new file (-EEXIST if it is there) with this content. mode is open's. */
int file_create(int dirfd, const char *path, mode_t mode, const void *buf, size_t len,
		struct err *e);

/**
 * file_replace - put a file in place whole, or not at all.
 *
 * A temporary file in the same directory (.NAME.<16 hex digits>) and rename(2). With FILE_SYNC also
 * fsync of both, for what must survive a power cut.
 */
enum { FILE_SYNC = 1 };
int file_replace(int dirfd, const char *path, mode_t mode, const void *buf, size_t len, int flags,
		 struct err *e);

/* Is @file called as file_replace calls its temporary files, of @name if that is not NULL? */
bool file_is_temporary(const char *file, const char *name);

/**
 * file_sweep - remove the temporary files that file_replace left in a directory when it was killed.
 *
 * Those of processes that are at it now stay. No directory is no error.
 */
int file_sweep(int dirfd, const char *path, struct err *e);

/**
 * fd_lock - flock(2) with a deadline.
 * @exclusive: else shared
 *
 * The lock belongs to the open file: it goes with the last descriptor of it, in whatever process.
 * Uses SIGALRM and the real-time interval timer while it waits.
 *
 * Returns: 0; -ETIMEDOUT when somebody else kept it; or -errno.
 */
int fd_lock(int fd, bool exclusive, int timeout_ms, struct err *e);
void fd_unlock(int fd);

/* dir_make_all - mkdir -p for a path of the host. */
int dir_make_all(const char *path, mode_t mode, struct err *e);

#endif
