/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pause.h - suspend and resume a container through its cgroup.
 */
#ifndef ENGINE_PAUSE_H
#define ENGINE_PAUSE_H

#include "engine/container.h"

/* Errors in runc's words: "container not running", "container not paused". */
int container_pause(struct container *c, bool pause, struct err *e);

#endif
