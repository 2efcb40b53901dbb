/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rootless.h - whether the caller is root of a user namespace only.
 */
#ifndef ENGINE_ROOTLESS_H
#define ENGINE_ROOTLESS_H

#include "core/err.h"

/* Whether the caller's ids are a user namespace's and not the host's; false when unknown. */
bool rootless_in_userns(int proc);

#endif
