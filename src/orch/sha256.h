/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sha256.h - SHA-256 in hexadecimal, through libcrypto.
 */
#ifndef ORCH_SHA256_H
#define ORCH_SHA256_H

#include "core/err.h"

#define SHA256_HEX_LEN 64

/* 64 lower-case digits and a NUL. Aborts when libcrypto cannot compute it at all. */
void sha256_hex(const void *data, size_t len, char out[SHA256_HEX_LEN + 1]);

/* Is this 64 lower-case hexadecimal digits? */
bool sha256_hex_valid(const char *text);

/* The same of what comes in pieces. */
struct sha256;
struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, char out[SHA256_HEX_LEN + 1]); /* once; then free it */
void sha256_free(struct sha256 *s);
void sha256_free_p(struct sha256 **s);

#endif
