/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/handover.h"

#include "core/file.h"
#include "core/num.h"
#include "core/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#define PRESERVE_MAX 65536

int preserved_fds(int64_t asked, const char *listen_fds, int *n, char ***env, struct err *e)
{
	uint64_t listen = 0;
	int max;

	if (asked < 0 || asked > PRESERVE_MAX)
		return err_msg(e, EINVAL, "--preserve-fds: %" PRId64 " is out of range 0..%d",
			       asked, PRESERVE_MAX);
	if (listen_fds && *listen_fds &&
	    num_parse_u64(listen_fds, 1024, "LISTEN_FDS", &listen, NULL) < 0)
		listen = 0; /* the caller's environment is not ours to judge */
	if (listen) {
		strv_push_take(env, xasprintf("LISTEN_FDS=%u", (unsigned)listen));
		strv_push_take(env, xstrdup("LISTEN_PID=1"));
	}
	max = (int)asked + (int)listen;
	/* Our own are close-on-exec, inherited ones cannot be: so this finds the caller's. */
	for (int fd = 3; fd < 3 + max; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0 || (flags & FD_CLOEXEC))
			return err_msg(e, EBADF,
				       "please check that preserved-fd %d (of %d) is present",
				       fd - 3, max);
	}
	*n = max;
	return 0;
}

int pid_file_write(const char *path, pid_t pid, struct err *e)
{
	char text[16];
	int n, r;

	if (!path)
		return 0;
	n = snprintf(text, sizeof(text), "%d", (int)pid);
	r = file_replace(AT_FDCWD, path, 0644, text, (size_t)n, 0, e);
	return r < 0 ? err_wrap(e, "--pid-file: ") : 0;
}

int pidfd_send(const char *socket_path, int pidfd, struct err *e)
{
	static const char name[] = "pidfd";
	autofd int sock = -1;

	if (!socket_path)
		return 0;
	sock = sock_connect(AT_FDCWD, socket_path, SOCK_STREAM, e);
	if (sock < 0)
		return err_wrap(e, "--pidfd-socket: ");
	return sock_send(sock, name, sizeof(name) - 1, &pidfd, 1, e);
}
