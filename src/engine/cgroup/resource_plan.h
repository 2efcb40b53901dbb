/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resource_plan.h - what the files that plan the limits of linux.resources share. Pure.
 */
#ifndef ENGINE_CGROUP_RESOURCE_PLAN_H
#define ENGINE_CGROUP_RESOURCE_PLAN_H

#include "engine/cgroup/resources.h"

/* What is being planned: where to look, and what comes out. */
struct plan {
	const struct oci_resources *r;
	unsigned v1, v2; /* as limits_plan has them */
	struct limits *out;
};

/* Takes member and value. The limit is valid until the next is added. */
struct limit *limits_add(struct plan *p, enum controller c, char *member, const char *file,
			 char *value);
/* The file to try when the first is missing. Takes value. */
void limits_add_alt(struct limit *l, const char *file, char *value);
/* 1: on v2; 0: on v1; -EOPNOTSUPP. */
int limits_where(const struct plan *p, enum controller c, const char *member, struct err *e);
/* Returns -EOPNOTSUPP. */
int limits_no_v2(const char *member, struct err *e);

/* Everything that is a list. In resource_lists.c. */
int limits_plan_lists(struct plan *p, struct err *e);

#endif
