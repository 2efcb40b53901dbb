/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stage.h - a process between the runtime and a child that must be born elsewhere.
 *
 * Some things must be true of a process's parent: to be inside a user namespace that is joined, to
 * have joined the pid or time namespace that its children are to live in, to hold no descriptor
 * that the child must not be seen with. The runtime cannot do these to itself; a stage process
 * does, and makes the child its sibling, the runtime's own child.
 */
#ifndef ENGINE_INIT_STAGE_H
#define ENGINE_INIT_STAGE_H

#include "core/err.h"

struct stage {
	/* In the stage: prepare, then clone_process with CLONE_PARENT. As that returns. @sock is
	 * the stage's own, for asking the runtime. No pidfd: what the stage has open by then may
	 * count for the container's memory. */
	pid_t (*give_birth)(void *context, int sock, struct err *e);
	/* In the child; never returns. */
	void (*live)(void *context);
	/* In the runtime: do what SYNC_MAPS from the stage asks for. NULL: it never asks. */
	int (*write_maps)(void *context, pid_t stage, struct err *e);
	void *context;
};

/**
 * stage_run - make a child by way of a stage.
 * @parent_sock: the runtime's end of the socket to the child, closed in the stage and the child
 *
 * Returns: 0, and the child runs and the stage is gone; or -errno, and neither is left.
 */
int stage_run(const struct stage *s, int parent_sock, pid_t *pid, int *pidfd, struct err *e);

#endif
