/* SPDX-License-Identifier: Apache-2.0 */
/**
 * internal_table.h - what keeps internal bridges apart: our nft table, "inet netctl_internal".
 *
 * Nothing is forwarded from or to such a bridge; and what comes in over one is for its own address
 * of the host.
 */
#ifndef NET_INTERNAL_TABLE_H
#define NET_INTERNAL_TABLE_H

#include "net/internal.h"

/* Each is one transaction; both may be repeated. */
int internal_table_add(const struct internal_net *n, struct err *e);
/* @last: no other bridge is left, and the table goes. */
int internal_table_remove(const struct internal_net *n, bool last, struct err *e);

#endif
