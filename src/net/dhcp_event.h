/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp_event.h - what this program does when a DHCP client runs it: configure the interface.
 *
 * Runs in the client's network namespace, as its child.
 *
 *	deconfig	the interface up, without addresses; the lease file goes
 *	bound, renew	address (which ends with the lease), MTU, routes, DNS, lease file
 *	leasefail	the lease file says that there is none
 */
#ifndef NET_DHCP_EVENT_H
#define NET_DHCP_EVENT_H

#include "core/err.h"

/**
 * dhcp_event - @record: the record's absolute path; @env: the variables of the event.
 *
 * When the caller is not the client on record (which was stopped meanwhile), nothing is done. What
 * is refused leaves what was configured before, and a line in the client's .error file.
 *
 * Returns: 0 or -errno.
 */
int dhcp_event(const char *record, const char *event, char *const *env, struct err *e);

#endif
