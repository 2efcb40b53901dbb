/* SPDX-License-Identifier: Apache-2.0 */
/**
 * str.h - a growing string.
 *
 * `struct str s = {0};` is a valid empty one. Never fails: see base.h on memory.
 */
#ifndef CORE_STR_H
#define CORE_STR_H

#include "core/base.h"
#include <stdarg.h>

struct str {
	char *p;    /* NUL-terminated once something was added; NULL before */
	size_t len; /* without the NUL */
	size_t cap;
};

void str_done(struct str *s);
#define autostr _cleanup_(str_done) struct str

void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) _printf_(2, 3);
void str_addv(struct str *s, const char *fmt, va_list ap) _printf_(2, 0);
void str_reserve(struct str *s, size_t more);
void str_reset(struct str *s); /* length 0, memory kept */

/* Hands over the heap string ("" if nothing was added) and leaves an empty str. */
char *str_take(struct str *s);

#endif
