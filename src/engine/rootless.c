/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rootless.h"

#include "core/procfs.h"
#include "core/strv.h"

#include <unistd.h>

#define MAP_MAX 16384

/* The initial user namespace maps every id to itself. */
static bool is_whole(const char *map)
{
	static const char *const want[] = { "0", "0", "4294967295" };
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		map += strspn(map, " ");
		len = strcspn(map, " \n");
		if (len != strlen(want[i]) || strncmp(map, want[i], len) != 0)
			return false;
		map += len;
	}
	return str_eq(map, "\n");
}

bool rootless_in_userns(int proc)
{
	autostr map = { 0 };

	if (procfs_read(proc, "self/uid_map", MAP_MAX, &map, NULL) < 0)
		return false; /* a kernel without user namespaces has no such file */
	return !is_whole(map.p ? map.p : "");
}
