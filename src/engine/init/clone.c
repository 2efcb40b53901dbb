/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t clone_process(uint64_t flags, int cgroup_fd, int *pidfd, struct err *e)
{
	int fd = -1;
	struct clone_args args = {
		.flags = flags | (pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uint64_t)(uintptr_t)&fd,
		/* With CLONE_PARENT the kernel takes the caller's own exit signal. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	long pid;

	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return err_set(e, errno, "clone3");
	if (pid == 0)
		return 0;
	if (pidfd)
		*pidfd = fd;
	return (pid_t)pid;
}
