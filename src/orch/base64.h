/* SPDX-License-Identifier: Apache-2.0 */
/**
 * base64.h - base64 (RFC 4648, section 4) to bytes, pure.
 */
#ifndef ORCH_BASE64_H
#define ORCH_BASE64_H

#include "core/str.h"

/* Appends. Line ends are passed over; padding is required. Returns 0 or -EINVAL. */
int base64_decode(const char *text, struct str *out);

#endif
