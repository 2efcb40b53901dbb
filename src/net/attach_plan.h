/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach_plan.h - what an attachment will be: everything that can be known before anything is made.
 */
#ifndef NET_ATTACH_PLAN_H
#define NET_ATTACH_PLAN_H

#include "net/attach_record.h"
#include "net/nl.h"

/**
 * attach_plan - looks at the parents, detects what was not given, chooses MACs, and checks.
 * @host: a socket in the parents' namespace
 * @inside: one in the container's
 * @out: the record to be, whose state is "attaching"
 */
int attach_plan(const struct attach_options *o, const struct vnics *in, struct nl *host,
		struct nl *inside, struct attach_record *out, struct err *e);

/* attach_remember - keep the MACs that were generated or kept, for the next time. */
int attach_remember(const struct attach_options *o, const struct vnics *in,
		    const struct attach_record *r, struct err *e);

#endif
