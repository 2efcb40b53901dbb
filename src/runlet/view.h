/* SPDX-License-Identifier: Apache-2.0 */
/**
 * view.h - a container as `state` and `list` show it.
 */
#ifndef RUNLET_VIEW_H
#define RUNLET_VIEW_H

#include "core/json.h"
#include "engine/container.h"

struct view {
	const char *id;
	int64_t pid; /* 0 when there is no process */
	const char *status;
	const char *bundle;
	const char *rootfs;
	const char *created;
	const struct strmap *annotations;
	char *owner; /* heap */
};

void view_init(struct view *v, struct container *c, bool with_owner);
void view_done(struct view *v);
/* One object, with runc's members in runc's order. */
void view_encode(const struct view *v, const char *oci_version, struct json_out *o);

#endif
