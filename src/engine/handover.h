/* SPDX-License-Identifier: Apache-2.0 */
/**
 * handover.h - what create and exec take from their caller and give back: descriptors, the pid
 * file, the pidfd.
 */
#ifndef ENGINE_HANDOVER_H
#define ENGINE_HANDOVER_H

#include "core/err.h"
#include "core/strv.h"

/**
 * preserved_fds - count the descriptors that the program is to inherit from 3 on.
 * @asked: --preserve-fds
 * @listen_fds: what systemd's socket activation says in $LISTEN_FDS, or NULL; those come first
 * @n: the sum of both
 * @env: receives LISTEN_FDS and LISTEN_PID for the program, or NULL
 *
 * Returns: 0; -EBADF when one of them is not open.
 */
int preserved_fds(int64_t asked, const char *listen_fds, int *n, char ***env, struct err *e);

/* The pid in decimal, without a newline: callers give the file to their number parsers. Put in
 * place whole. NULL does nothing. */
int pid_file_write(const char *path, pid_t pid, struct err *e);

/* The pidfd over a listening Unix socket, in one message. NULL does nothing. */
int pidfd_send(const char *socket_path, int pidfd, struct err *e);

#endif
