/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/lsm.h"

#include <errno.h>

static int refuse(const char *label, struct err *e)
{
	if (!label || !*label)
		return 0;
	return err_msg(e, ENOTSUP, "selinux label \"%s\": built without SELinux", label);
}

bool selinux_enabled(void)
{
	return false;
}

int selinux_set_exec(_unused_ int proc, const char *label, struct err *e)
{
	return refuse(label, e);
}

int selinux_set_keycreate(_unused_ int proc, const char *label, struct err *e)
{
	return refuse(label, e);
}
