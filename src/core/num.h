/* SPDX-License-Identifier: Apache-2.0 */
/**
 * num.h - text to numbers, strictly.
 *
 * The whole text must be the number: no white space, no sign where none belongs, no trailing
 * bytes, nothing out of range. The base is 10 unless the name says otherwise.
 * Errors: -EINVAL (not a number), -ERANGE; the message quotes the text and names @what.
 */
#ifndef CORE_NUM_H
#define CORE_NUM_H

#include "core/err.h"

int num_parse_u64(const char *text, uint64_t max, const char *what, uint64_t *out, struct err *e);
int num_parse_i64(const char *text, int64_t min, int64_t max, const char *what, int64_t *out,
		  struct err *e);
int num_parse_octal(const char *text, uint64_t max, const char *what, uint64_t *out, struct err *e);

/* Bytes, with a unit of powers of 1024 if any, b, k, m, g, t or p, in either case and also as "kb"
 * or "kib", maybe behind a space: "64k" is 65536, "1.5 GiB" is 1.5 * 2^30. */
int num_parse_size(const char *text, int64_t *out, struct err *e);

/* A duration as Go writes it, in nanoseconds: "5s", "1h30m", "1.5ms", "-2us", "0". Of a fraction
 * six digits count. */
int num_parse_duration(const char *text, int64_t *ns, struct err *e);

#endif
