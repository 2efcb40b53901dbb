/* SPDX-License-Identifier: Apache-2.0 */
/**
 * undo.h - how the interfaces get back to what they were: a plan's inverse, as it is kept; pure.
 */
#ifndef ORCH_STATE_UNDO_H
#define ORCH_STATE_UNDO_H

#include "net/plan.h"

/* An array of the operations that undo @p's, in the order in which they are to be done. */
void undo_encode(const struct plan *p, struct json_out *o);

struct undo {
	struct plan plan; /* its strings are in ops */
	struct undo_op *ops;
	size_t n_ops;
};
/* NULL for @j: there is nothing to undo. Returns 0 or -EINVAL. Free with undo_done. */
int undo_decode(const struct json *j, struct undo *out, struct err *e);
void undo_done(struct undo *u);

#endif
