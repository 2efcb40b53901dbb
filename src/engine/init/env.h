/* SPDX-License-Identifier: Apache-2.0 */
/**
 * env.h - the environment of a container's process.
 */
#ifndef ENGINE_INIT_ENV_H
#define ENGINE_INIT_ENV_H

#include "core/strv.h"

/* base, then extra: of entries with the same name the last wins and appears once. Linear time.
 * Returns a new vector. */
char **env_merge(char *const *base, char *const *extra);

/* Wipes the environment that this process was executed with, and has none from then on: what a
 * container sees in /proc/PID/environ must not be that of the runtime's caller. */
void env_wipe(void);

#endif
