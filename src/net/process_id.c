/* SPDX-License-Identifier: Apache-2.0 */
#include "net/process_id.h"

#include "core/proc.h"
#include "core/procfs.h"

#include <errno.h>

int process_boot_id(char out[BOOT_ID_SIZE], struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : procfs_boot_id(proc, out, e);
}

static int gone(pid_t pid, struct err *e)
{
	return err_msg(e, ESRCH, "process %d has ended", (int)pid);
}

static int start_time_of(int proc, pid_t pid, uint64_t *out, struct err *e)
{
	struct proc_stat st;
	int r = procfs_stat(proc, pid, &st, e);

	if (r < 0)
		return r;
	if (r == 0 || st.state == 'Z')
		return gone(pid, e);
	*out = st.start_time;
	return 0;
}

int process_identify(pid_t pid, uint64_t *start_time, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : start_time_of(proc, pid, start_time, e);
}

int process_id_open(pid_t pid, uint64_t start_time, const char *boot_id, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	char boot[BOOT_ID_SIZE];
	autofd int pidfd = -1;
	uint64_t now = 0;
	int r = proc < 0 ? proc : procfs_boot_id(proc, boot, e);

	if (r < 0)
		return r;
	if (pid <= 0 || (boot_id && !str_eq(boot, boot_id)))
		return gone(pid, e);
	/* The descriptor first: what it then proves to be, it stays. */
	pidfd = pidfd_open_(pid);
	if (pidfd < 0)
		return errno == ESRCH ? gone(pid, e) : err_set(e, errno, "pidfd of %d", (int)pid);
	r = start_time_of(proc, pid, &now, e);
	if (r < 0)
		return r;
	return now == start_time ? TAKE_FD(pidfd) : gone(pid, e);
}
