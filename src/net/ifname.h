/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ifname.h - names of network interfaces.
 *
 * The kernel takes 1 to 15 bytes without '/', ':' and white space, and neither "." nor "..". Names
 * that come from outside are held to less: what is safe in every tool, file name and log.
 */
#ifndef NET_IFNAME_H
#define NET_IFNAME_H

#include "core/err.h"
#include <net/if.h>

/**
 * ifname_check - is this a name that an interface may be given?
 * @what: what it is the name of, for the message ("vNIC", "parent")
 *
 * Letters, digits, '.', '_' and '-', the first of them no '-' and no '.'; at most IFNAMSIZ - 1 of
 * them.
 *
 * Returns: 0, or -EINVAL.
 */
int ifname_check(const char *name, const char *what, struct err *e);

#endif
