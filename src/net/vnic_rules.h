/* SPDX-License-Identifier: Apache-2.0 */
/**
 * vnic_rules.h - what one vNIC means for itself and for another; for net/vnic.c.
 */
#ifndef NET_VNIC_RULES_H
#define NET_VNIC_RULES_H

#include "net/vnic.h"

/* vnic_check - one by itself. The message does not name it. Returns 0 or -EINVAL. */
int vnic_check(const struct vnic *v, struct err *e);

/* vnics_check - each two of a list. Returns 0 or -EINVAL. */
int vnics_check(const struct vnics *l, struct err *e);

#endif
