/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3 /* glibc has it since 2.36 */
#endif

int64_t monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int pidfd_open_(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int pidfd_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

/* linux/pidfd.h of 6.15; the kernel fills as much as the caller has room for. */
struct exit_info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define GET_INFO _IOWR(0xFF, 11, struct exit_info)
#define INFO_EXIT (1u << 3)

int pidfd_exit_status(int pidfd, int *status)
{
	struct exit_info info = { .mask = INFO_EXIT };

	if (ioctl(pidfd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT))
		return 0;
	*status = info.exit_code;
	return 1;
}

int pidfd_poll(int pidfd, int timeout_ms)
{
	int64_t deadline = timeout_ms < 0 ? INT64_MAX : monotonic_ms() + timeout_ms;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	while ((r = poll(&p, 1, timeout_ms)) < 0) {
		if (errno != EINTR)
			return -errno;
		if (timeout_ms >= 0)
			timeout_ms = (int)MAX(deadline - monotonic_ms(), 0);
	}
	if (r > 0 && p.revents & POLLNVAL)
		return -EBADF;
	return r;
}

/* What waitid tells, as waitpid would have told it. */
static int wait_status(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return info->si_status | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

int pidfd_wait(int pidfd, int timeout_ms, int *status, struct err *e)
{
	siginfo_t info = { 0 };
	int r;

	r = timeout_ms < 0 ? 1 : pidfd_poll(pidfd, timeout_ms);
	if (r < 0)
		return err_set(e, -r, "wait for process");
	if (r == 0)
		return 0;
	do
		r = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(e, errno, "wait for process");
	*status = wait_status(&info);
	return 1;
}

int proc_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
