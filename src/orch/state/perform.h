/* SPDX-License-Identifier: Apache-2.0 */
/**
 * perform.h - do to one container what diff.h has found; recorded in the audit trail before.
 */
#ifndef ORCH_STATE_PERFORM_H
#define ORCH_STATE_PERFORM_H

#include "orch/orch.h"
#include "orch/state/diff.h"

/**
 * perform_action - one action, to its end.
 * @said: what was done, a line each: "Created container 101"
 *
 * A container that cannot be created is gone again. DIFF_NOOP does nothing.
 *
 * Returns: 0, or -errno; the message names the container.
 */
int perform_action(const struct orch *o, const struct diff_action *a, struct str *said,
		   struct err *e);

#endif
