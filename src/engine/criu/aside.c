/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/aside.h"

#include "core/proc.h"
#include "engine/init/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(int pidfd, int told, struct err *e)
{
	struct err said;
	ssize_t n;
	int status = 0, r;

	do
		n = read(told, &said, sizeof(said));
	while (n < 0 && errno == EINTR);
	r = pidfd_wait(pidfd, -1, &status, e);
	if (r < 0)
		return r;
	if (n == (ssize_t)sizeof(said)) {
		if (e)
			*e = said;
		return -said.num;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ?
		       0 :
		       err_msg(e, ECHILD, "a process that was to help ended early");
}

int aside(int (*f)(const void *data, struct err *e), const void *data, struct err *e)
{
	autofd int told = -1, tell = -1, pidfd = -1;
	int pipe_fds[2];
	pid_t child;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	told = pipe_fds[0];
	tell = pipe_fds[1];
	child = clone_process(0, -1, &pidfd, e);
	if (child < 0)
		return child;
	if (child == 0) {
		struct err said = { 0 };
		int r = f(data, &said);

		_exit(r < 0 && write(tell, &said, sizeof(said)) > 0 ? 1 : r < 0);
	}
	tell = fd_close(tell);
	return wait_for(pidfd, told, e);
}
