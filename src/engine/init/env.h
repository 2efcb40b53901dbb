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

#endif
