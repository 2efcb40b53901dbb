/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan_apply.h - see how a host is, and carry out a plan.
 */
#ifndef NET_PLAN_APPLY_H
#define NET_PLAN_APPLY_H

#include "net/plan.h"

struct plan_host {
	const char *state_dir; /* of DHCP clients, and of the lock */
	struct ovs_options ovs;
};

/* plan_observe - the caller's network namespace, as far as a document is about it. Open vSwitch is
 * asked only when the document names it. Free with observed_done. */
int plan_observe(const struct plan_host *h, const struct desired *d, struct observed *out,
		 struct err *e);

/**
 * plan_run - carry out a plan, or nothing of it.
 *
 * When an operation fails, those before it are undone in reverse order; the message says so when
 * that fails, too.
 */
int plan_run(const struct plan_host *h, const struct plan *p, struct err *e);

#endif
