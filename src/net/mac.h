/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mac.h - Ethernet addresses; pure, but for mac_random.
 */
#ifndef NET_MAC_H
#define NET_MAC_H

#include "core/err.h"

struct mac {
	uint8_t b[6];
};

#define MAC_TEXT_MAX 18 /* "02:00:00:00:00:01" and a NUL */

/* mac_parse - six pairs of hexadecimal digits with ':' or '-' between them, any case.
 * Returns: 0, or -EINVAL. @what: what it is, for the message ("MAC address"). */
int mac_parse(const char *text, const char *what, struct mac *out, struct err *e);
/* mac_parse_host - the same, and refused when no interface may have it: zero, or multicast. */
int mac_parse_host(const char *text, const char *what, struct mac *out, struct err *e);
/* Lower case, colons. Returns @out. */
const char *mac_format(const struct mac *m, char out[MAC_TEXT_MAX]);

bool mac_is_zero(const struct mac *m);
bool mac_is_multicast(const struct mac *m); /* broadcast, too */
bool mac_equal(const struct mac *a, const struct mac *b);

/* mac_random - a locally administered unicast address from the kernel's generator. */
int mac_random(struct mac *out, struct err *e);

#endif
