/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resources.h - linux.resources as a list of writes to cgroup files. Pure.
 *
 * Device rules are not here (devices.h).
 */
#ifndef ENGINE_CGROUP_RESOURCES_H
#define ENGINE_CGROUP_RESOURCES_H

#include "engine/cgroup/layout.h"
#include "libocispec/config.h"

enum {
	LIMIT_OPTIONAL = 1,    /* a file that is missing changes nothing that was asked for */
	LIMIT_KEEP_QUOTA = 2,  /* cpu.max: the period alone; the quota that is there stays */
	LIMIT_MEMORY = 4,      /* the value is a memory limit in bytes, or none: see limit.bytes */
	LIMIT_MEMORY_SWAP = 8, /* the same, of memory plus swap */
};

struct limit {
	enum controller controller;
	bool v2;	       /* for the v2 hierarchy */
	bool needs_controller; /* false only for the cgroup core's own limits */
	unsigned flags;
	int64_t bytes; /* LIMIT_MEMORY, LIMIT_MEMORY_SWAP: as the config has it */
	char *member;  /* below linux.resources, e.g. "cpu.quota" */
	char *file;
	char *value;
	char *alt_file; /* tried when file is missing, with alt_value; or NULL */
	char *alt_value;
};

struct limits {
	struct limit *v;
	size_t n;
	bool check_before_update;
};

void limits_done(struct limits *l);

/**
 * limits_plan - what to write, in order.
 * @v1: the controllers that have a v1 hierarchy
 * @v2: the controllers that the v2 hierarchy offers; v1 wins where both have one
 *
 * Members that are absent, or 0 where docker means absent by it, give nothing. memory.kernel,
 * kernelTCP and useHierarchy give nothing either: the kernel has dropped them.
 *
 * pids.limit: a negative value means no limit, 0 that nothing may be forked; runc up to 1.3 took 0
 * for absent.
 *
 * Returns: 0; -EINVAL, a value is out of range; -EOPNOTSUPP, no hierarchy has the controller or v2
 * has no such setting. The message begins with the member's path.
 */
int limits_plan(const struct oci_resources *r, unsigned v1, unsigned v2, struct limits *out,
		struct err *e);

/* The controllers that the resources may need; device rules and unified left out. */
unsigned limits_controllers(const struct oci_resources *r);

/* Conversions from v1's scale to v2's. */
uint64_t cpu_weight_from_shares(uint64_t shares);
uint64_t io_weight_from_blkio(uint64_t weight);

/* A hugepage size as the kernel's file names spell it: "64KB", "2MB", "1GB". */
bool hugepage_size_is_valid(const char *size);

#endif
