/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/lsm.h"

#include "core/file.h"
#include "core/procfs.h"
#include <errno.h>
#include <fcntl.h>

bool apparmor_enabled(void)
{
	autostr text = { 0 };

	return file_read(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16, &text, NULL) ==
		       0 &&
	       text.len > 0 && text.p[0] == 'Y';
}

int apparmor_set_exec(int proc, const char *profile, struct err *e)
{
	autofree char *order = NULL;
	int r;

	if (!profile || !*profile)
		return 0;
	order = xasprintf("exec %s", profile);
	r = procfs_write(proc, "self/attr/apparmor/exec", order, strlen(order), e);
	/* Before Linux 5.8 the one label file is the one of the first LSM that has it; any other
	 * than AppArmor refuses these words. */
	if (r == -ENOENT)
		r = procfs_write(proc, "self/attr/exec", order, strlen(order), e);
	if (r < 0)
		return err_wrap(e, "unable to apply apparmor profile \"%s\": ", profile);
	return 0;
}
