/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reattach.h - vNICs follow the interface that they are on.
 *
 * A vNIC by DHCP whose subnet was taken from its parent is made anew when the parent has that
 * subnet no more; every vNIC, when it is gone with its parent, which is back. MACs and static
 * addresses stay. What was asked for explicitly is not second-guessed: another address of the
 * parent is no reason to touch it.
 */
#ifndef ORCH_REATTACH_H
#define ORCH_REATTACH_H

#include "core/json.h"
#include "orch/orch.h"

/* @change: the "data" of a network_change (net/monitor.h). All containers of all namespaces; what
 * fails for one is logged, and the others go on. Returns 0, or -errno. */
int reattach(const struct orch *o, const struct json *change, struct err *e);

#endif
