/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sock.h - Unix sockets: pairs, paths of any length, descriptor passing.
 */
#ifndef CORE_SOCK_H
#define CORE_SOCK_H

#include "core/err.h"

/* A SOCK_SEQPACKET pair, both ends close-on-exec. */
int sock_pair(int out[2], struct err *e);

/* Connect a socket of this @type to a path of any length (through /proc/self/fd of its directory
 * when longer than sun_path). @dirfd: AT_FDCWD or a directory. Returns an fd. */
int sock_connect(int dirfd, const char *path, int type, struct err *e);
/* The same, with -ETIMEDOUT when the listener has no place for that long; 0: no limit. */
int sock_connect_timeout(int dirfd, const char *path, int type, int timeout_ms, struct err *e);
/* Bind to a file that does not exist. Returns an fd. */
int sock_bind(int dirfd, const char *path, int type, struct err *e);

#define SOCK_FDS_MAX 16

/* One message with up to SOCK_FDS_MAX descriptors. send: 0 or -errno. */
int sock_send(int fd, const void *buf, size_t len, const int *fds, size_t n_fds, struct err *e);
/* Returns the bytes received (0 at end); received descriptors are close-on-exec, *n_fds in: room,
 * out: count. Truncated control data is an error, and nothing leaks then. */
int sock_recv(int fd, void *buf, size_t len, int *fds, size_t *n_fds, struct err *e);

#endif
