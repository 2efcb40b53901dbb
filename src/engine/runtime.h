/* SPDX-License-Identifier: Apache-2.0 */
/**
 * runtime.h - what every operation on a container starts from: the state root and /proc.
 */
#ifndef ENGINE_RUNTIME_H
#define ENGINE_RUNTIME_H

#include "core/err.h"
#include "engine/cgroup/cgroup.h"

struct runtime {
	const char *root;   /* the state directory, one sub-directory per container */
	bool root_required; /* the user named it: its absence is an error even for `list` */
	enum cgroup_manager manager; /* for containers made from now on */
	bool rootless;		     /* missing permission for cgroups is forgiven */
	bool in_userns;		     /* the caller's ids are a user namespace's */
	const char *cache;	     /* directory for what can be made again, or NULL */
	int root_fd;		     /* of @root; -1 when it does not exist */
	int proc;		     /* a verified handle on the host's /proc */
};

#define RUNTIME_NONE                                                                               \
	{                                                                                          \
		.root_fd = -1, .proc = -1                                                          \
	}

/**
 * runtime_open - open the state root and /proc.
 * @make: create the state root (0700) when it is missing
 *
 * A root that is missing is no error without @make: no container exists then. One that belongs to
 * somebody else, or that everybody can write to, is refused.
 */
int runtime_open(struct runtime *rt, bool make, struct err *e);
void runtime_close(struct runtime *rt);

/* The directory where compiled seccomp profiles are kept, made if it is missing; -1 without one,
 * which only costs time. */
int runtime_open_cache(const struct runtime *rt);

#endif
