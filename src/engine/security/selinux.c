/* SPDX-License-Identifier: Apache-2.0 */
/* By the kernel's own files: libselinux would add a constructor with half a dozen system calls to
 * every start of the program, and writes to a /proc that nobody verified. */
#include "engine/security/lsm.h"

#include "core/procfs.h"
#include <linux/magic.h>
#include <sys/vfs.h>

bool selinux_enabled(void)
{
	struct statfs fs;

	return statfs("/sys/fs/selinux", &fs) == 0 && (uint32_t)fs.f_type == SELINUX_MAGIC;
}

int selinux_set_exec(int proc, const char *label, struct err *e)
{
	if (!label || !*label)
		return 0;
	if (procfs_write(proc, "self/attr/exec", label, strlen(label), e) < 0)
		return err_wrap(e, "unable to set selinux label \"%s\": ", label);
	return 0;
}

int selinux_set_keycreate(int proc, const char *label, struct err *e)
{
	if (!label)
		return 0;
	/* The kernel takes an empty line, but not an empty write, as "no label". */
	if (!*label)
		label = "\n";
	if (procfs_write(proc, "self/attr/keycreate", label, strlen(label), e) < 0)
		return err_wrap(e, "unable to set selinux key label \"%s\": ", label);
	return 0;
}
