/* SPDX-License-Identifier: Apache-2.0 */
/**
 * utf8.h - which bytes are UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/base.h"

/* The length, 1 to 4, of the valid sequence that begins at s; 0 when there is none. */
size_t utf8_len(const char *s, size_t n);

/**
 * utf8_visible - the next piece of a text that is to stay on one line.
 * @s: at least one byte; advanced past the piece
 * @out: the piece, NUL-terminated: the character itself, or an escape for a control character
 *       (\n, \t, \r, \x1b, \u0085) or a byte that is not UTF-8 (\xff)
 *
 * Returns: the length of the piece.
 */
#define UTF8_VISIBLE_MAX 8
size_t utf8_visible(const char **s, size_t *n, char out[UTF8_VISIBLE_MAX]);

#endif
