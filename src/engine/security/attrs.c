/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/attrs.h"

#include "core/procfs.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/ioprio.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int attrs_set_rlimits(const struct oci_process *p, struct err *e)
{
	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct oci_rlimit *l = &p->rlimits[i];
		const struct rlimit64 want = { .rlim_cur = l->soft, .rlim_max = l->hard };

		if (prlimit64(0, l->type - 1, &want, NULL) < 0)
			return err_set(e, errno, "error setting rlimit type %d", l->type - 1);
	}
	return 0;
}

int attrs_set_oom_score_adj(int proc, pid_t pid, const struct oci_process *p, struct err *e)
{
	char path[40], text[24];
	int n;

	if (!p->oom_score_adj.is_set)
		return 0;
	n = snprintf(text, sizeof(text), "%" PRId64, p->oom_score_adj.value);
	if (pid)
		snprintf(path, sizeof(path), "%d/oom_score_adj", (int)pid);
	else
		snprintf(path, sizeof(path), "self/oom_score_adj");
	if (procfs_write(proc, path, text, (size_t)n, e) < 0)
		return err_wrap(e, "unable to set oom_score_adj %s: ", text);
	return 0;
}

int attrs_set_io_priority(const struct oci_process *p, struct err *e)
{
	const struct oci_io_priority *io = p->io_priority;

	if (!io)
		return 0;
	/* ioprio_set(2) would take higher bits for the class. */
	if (io->priority < 0 || io->priority >= IOPRIO_NR_LEVELS)
		return err_msg(e, EINVAL, "ioPriority.priority: %" PRId64 " is not in 0..7",
			       io->priority);
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		    io->class << IOPRIO_CLASS_SHIFT | (int)io->priority) < 0)
		return err_set(e, errno, "failed to set io priority");
	return 0;
}

int attrs_set_personality(const struct oci_linux *l, struct err *e)
{
	const struct oci_personality *p = l ? l->personality : NULL;

	if (!p)
		return 0;
	if (p->flags && p->flags[0])
		return err_msg(e, EINVAL, "linux.personality.flags: no flag is supported: \"%s\"",
			       p->flags[0]);
	if (personality((unsigned long)p->domain - 1) < 0)
		return err_set(e, errno, "unable to set the personality");
	return 0;
}
