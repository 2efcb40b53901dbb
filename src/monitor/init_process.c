/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/init_process.h"

#include "core/proc.h"
#include "core/procfs.h"

#include <errno.h>
#include <time.h>

int64_t wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* never fails */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int init_process_describe(struct monitor_status *status, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	struct proc_stat stat;
	char boot_id[37];
	int r;

	if (proc < 0)
		return proc;
	r = procfs_boot_id(proc, boot_id, e);
	if (r < 0)
		return r;
	if (status->pid) {
		r = procfs_stat(proc, (pid_t)status->pid, &stat, e);
		if (r <= 0)
			return r < 0 ? r : err_msg(e, ESRCH, "the container has ended");
		status->start_time = stat.start_time;
	}
	free(status->boot_id);
	status->boot_id = xstrdup(boot_id);
	return 0;
}

int init_process_open(const struct monitor_status *status, struct err *e)
{
	autofd int proc = -1, pidfd = -1;
	struct proc_stat stat;
	char boot_id[37];
	int r;

	if (status->pid <= 0 || !status->boot_id)
		return err_msg(e, ESRCH, "no process");
	proc = procfs_open_root(e);
	r = proc < 0 ? proc : procfs_boot_id(proc, boot_id, e);
	if (r < 0)
		return r;
	if (!str_eq(boot_id, status->boot_id))
		return err_msg(e, ESRCH, "no process of this boot");
	/* First the descriptor, then the question whose it is. */
	pidfd = pidfd_open_((pid_t)status->pid);
	if (pidfd < 0)
		return err_set(e, errno, "open process %d", (int)status->pid);
	r = procfs_stat(proc, (pid_t)status->pid, &stat, e);
	if (r < 0)
		return r;
	if (r == 0 || stat.start_time != status->start_time || stat.state == 'Z' ||
	    stat.state == 'X')
		return err_msg(e, ESRCH, "the process has ended");
	return TAKE_FD(pidfd);
}

/* While its parent has not reaped it, /proc tells; afterwards the kernel, since 6.15. */
int init_process_exit_code(const struct monitor_status *status, int pidfd)
{
	autofd int proc = procfs_open_root(NULL);
	struct proc_stat stat;
	int wait_status;

	if (pidfd_exit_status(pidfd, &wait_status) > 0)
		return proc_exit_code(wait_status);
	if (proc >= 0 && procfs_stat(proc, (pid_t)status->pid, &stat, NULL) > 0 &&
	    stat.start_time == status->start_time && stat.state == 'Z')
		return proc_exit_code(stat.exit_status);
	return pidfd_exit_status(pidfd, &wait_status) > 0 ? proc_exit_code(wait_status) : -1;
}
