/* SPDX-License-Identifier: Apache-2.0 */
/**
 * inspect.h - all that is known of one container, as one object.
 */
#ifndef ORCH_INSPECT_H
#define ORCH_INSPECT_H

#include "core/json.h"
#include "orch/orch.h"

/**
 * inspect_encode - a container of o->ns, in any state.
 *
 * What a container_view has; "network", "runtime" and "log"; and of those that `orchctl run` made
 * the members of its document, of others "request", as it was received.
 *
 * Returns: 0; -ENOENT, there is none; or another -errno, and nothing was written.
 */
int inspect_encode(const struct orch *o, const char *name, struct json_out *out, struct err *e);

#endif
