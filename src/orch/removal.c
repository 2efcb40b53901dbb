/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/removal.h"

#include "orch/change.h"
#include "orch/create.h"
#include "orch/operation.h"

/* What the trail knows of. */
static int start(const struct orch *o, const char *name, int lock, struct err *e)
{
	autofd int held = lock;
	int r = create_condemn(o, o->ns, name, e);

	if (r == 0)
		r = operation_start(o, o->ns, name, "delete", TAKE_FD(held), e);
	if (r < 0)
		change_record_failure(o, AUDIT_DELETE, name, e);
	return r < 0 ? r : 1;
}

int removal_start(const struct orch *o, const char *name, const struct json *data, int lock,
		  struct err *e)
{
	autofd int held = lock;
	int r = container_exists(o, o->ns, name, e);

	if (r == 0)
		return operation_end(o, o->ns, name, NULL, e); /* nor an old failure of it */
	if (r > 0)
		r = change_record(o, AUDIT_DELETE, name, "delete the container and its networks",
				  data, e);
	return r < 0 ? r : start(o, name, TAKE_FD(held), e);
}
