/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real-time bandwidth on v1. A cgroup begins with none, and can give its children no more than it
 * has: parents that were made for a container would keep it from getting any.
 */
#include "core/str.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"

static bool is_realtime(const struct limit *l)
{
	return !l->v2 && str_starts(l->file, "cpu.rt_");
}

/* In the order of the limits, the period first. */
static void give(const struct place *p, const char *dir, const struct limits *l)
{
	char path[CGROUP_FILE_MAX];

	for (size_t i = 0; i < l->n; i++)
		if (is_realtime(&l->v[i]))
			/* What is refused here is refused, and told, for the container itself. */
			(void)cgroup_write(p->root, cgroup_file(path, dir, l->v[i].file),
					   l->v[i].value);
}

void realtime_for_parents(const struct place *p, const struct limits *l)
{
	for (unsigned up = p->made; up-- > 1;) {
		autofree char *dir = xstrdup(p->path);

		for (unsigned i = 0; i < up; i++)
			*strrchr(dir, '/') = '\0';
		give(p, dir, l);
	}
}
