/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/stay.h"

#include "core/log.h"
#include "engine/remove.h"

#include <errno.h>

int stay_clean_up(struct created *c, struct err *e)
{
	int r;

	r = container_lock(c->container, CONTAINER_EXCLUSIVE, e);
	if (r == -ENOENT)
		return 0; /* somebody else deleted it */
	if (r == 0)
		r = container_refresh(c->container, e);
	return r < 0 ? r : container_delete(c->container, true, e);
}

int stay(struct created *c, struct foreground *f, bool keep, struct err *e)
{
	int status;

	container_unlock(c->container);
	status = foreground_wait(f, c->pidfd, e);
	if (!keep) {
		struct err late = { 0 };

		if (stay_clean_up(c, &late) < 0)
			log_error("%s", late.text);
	}
	return status;
}
