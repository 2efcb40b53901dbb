/* SPDX-License-Identifier: Apache-2.0 */
/**
 * private_mounts.h - a mount namespace that CRIU is started in, and nobody else lives in.
 *
 * CRIU wants a container's root to be a mount. Here it can be one without anybody seeing it, and
 * without anything to be unmounted, whoever is killed. Where CRIU is to mount, and what it is to
 * mount, has to be opened in here, too.
 */
#ifndef ENGINE_CRIU_PRIVATE_MOUNTS_H
#define ENGINE_CRIU_PRIVATE_MOUNTS_H

#include "core/err.h"

struct private_mounts {
	int host; /* the namespace to return to; -1: this process is in it */
	int cwd;
};

#define PRIVATE_MOUNTS_NONE                                                                        \
	{                                                                                          \
		.host = -1, .cwd = -1                                                              \
	}

/* @proc: a verified handle on /proc; @root: becomes a mount. On failure this process is back. */
int private_mounts_enter(struct private_mounts *p, int proc, const char *root, struct err *e);
/* Back among the host's mounts and to its working directory; without having entered, nothing. */
int private_mounts_leave(struct private_mounts *p, struct err *e);

#endif
