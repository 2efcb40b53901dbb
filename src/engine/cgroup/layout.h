/* SPDX-License-Identifier: Apache-2.0 */
/**
 * layout.h - which cgroup hierarchies this host has, and a descriptor on each root.
 */
#ifndef ENGINE_CGROUP_LAYOUT_H
#define ENGINE_CGROUP_LAYOUT_H

#include "core/names.h"
#include "engine/cgroup/cgroup.h"

enum controller {
	CTRL_CPU,
	CTRL_CPUACCT,
	CTRL_CPUSET,
	CTRL_MEMORY,
	CTRL_DEVICES,
	CTRL_FREEZER,
	CTRL_BLKIO, /* "io" on v2 */
	CTRL_PIDS,
	CTRL_HUGETLB,
	CTRL_NET_CLS,
	CTRL_NET_PRIO,
	CTRL_RDMA,
	CTRL_PERF_EVENT,
	CTRL_MISC,
	CTRL_DMEM,
};
#define CTRL_BIT(c) (1u << (c))
extern const struct name controller_names[]; /* v1's and v2's; "blkio" comes before "io" */

/* The controllers in a list such as "cpu,cpuacct" or "cpu io memory"; unknown ones are left out. */
unsigned controllers_parse(const char *list);
/* A controller's name in a hierarchy of that kind. */
const char *controller_name(enum controller c, bool v2);

struct hierarchy {
	int root;	      /* O_PATH; -1 while not found */
	unsigned controllers; /* v1 only: v2's are read where they matter */
};

struct layout {
	enum cgroup_layout kind;
	struct hierarchy *v;
	struct cgroup_hierarchy *info; /* n of them, and one with a NULL name */
	size_t n;
	int num; /* errno, when descriptors or memory were wanting for one that may be there; or 0
		  */
};

enum layout_fs { LAYOUT_FS_OTHER, LAYOUT_FS_V1, LAYOUT_FS_V2 };
/* What is mounted at a directory; layout_fs asks the kernel. Tests know it from the files there. */
typedef enum layout_fs layout_probe(int fd);
layout_probe layout_fs;

/* An empty layout; layout_done closes and frees what is in it. */
void layout_init(struct layout *l);
void layout_done(struct layout *l);

/**
 * layout_find - look for every hierarchy at its conventional place.
 * @dir: what is at /sys/fs/cgroup; borrowed
 * @dir_path: its path, for the mount points
 * @self_cgroup: the text of /proc/self/cgroup; not used when @dir is a v2 root itself
 *
 * Returns: how many v1 hierarchies were not found.
 */
int layout_find(struct layout *l, int dir, const char *dir_path, const char *self_cgroup,
		layout_probe *probe);

/* layout_find_mounts - look for what is still missing in the text of /proc/self/mountinfo. */
void layout_find_mounts(struct layout *l, const char *mountinfo, layout_probe *probe);

/* layout_settle - forget what was not found, and say what kind of host this is. */
void layout_settle(struct layout *l);

/* This host's, read once; it lives as long as the process. */
int layout_host(const struct layout **out, struct err *e);

#endif
