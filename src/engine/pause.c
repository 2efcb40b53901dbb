/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pause.h"

#include <errno.h>

int container_pause(struct container *c, bool pause, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r;

	if (c->pidfd < 0)
		return err_msg(e, ESRCH, pause ? "container not running" : "container not paused");
	if (pause && c->status == OCI_PAUSED)
		return err_msg(e, EINVAL, "container not running");
	if (!pause && c->status != OCI_PAUSED)
		return err_msg(e, EINVAL, "container not paused");
	r = container_cgroup(c, &cg, e);
	return r < 0 ? r : cgroup_freeze(cg, pause, e);
}
