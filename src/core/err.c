/* SPDX-License-Identifier: Apache-2.0 */
#include "core/err.h"

#include "core/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define ERRNO_COUNT 134
#define WORDS_MAX 64
#define TAIL_MAX 100
#define DOTS 3

/* Where Go's table, made with an older C library, says something else than today's. */
static const char *go_words(int num)
{
	return num == ESTALE ? "stale NFS file handle" : strerrordesc_np(num);
}

static void lower_first(char *s)
{
	/* As Go's generator: "No such" becomes "no such", "RFS specific" stays. */
	if (s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z')
		s[0] += 'a' - 'A';
}

const char *err_words(int num)
{
	static char table[ERRNO_COUNT][WORDS_MAX], unknown[WORDS_MAX];
	const char *words = num > 0 ? go_words(num) : NULL;
	char *out = num > 0 && num < ERRNO_COUNT && words ? table[num] : unknown;

	if (out == unknown)
		snprintf(out, WORDS_MAX, "errno %d", num);
	else if (!out[0])
		snprintf(out, WORDS_MAX, "%s", words);
	lower_first(out);
	return out;
}

/*
 * Append text to what dst holds, made visible, leaving `keep` bytes free behind it. Whether it fits
 * is only known at the end, so the last place where "..." still fits is remembered.
 */
static size_t append(char *dst, size_t len, const char *text, size_t keep)
{
	size_t n = strlen(text), limit = ERR_TEXT_MAX - 1 - keep, cut = len;
	char piece[UTF8_VISIBLE_MAX];

	while (n > 0) {
		size_t k = utf8_visible(&text, &n, piece);

		if (len + k > limit) {
			memcpy(dst + cut, "...", sizeof("..."));
			return cut + 3;
		}
		memcpy(dst + len, piece, k);
		len += k;
		if (len + 3 <= limit)
			cut = len;
	}
	dst[len] = '\0';
	return len;
}

/* The text of fmt, leaving `keep` bytes behind it. Its length. */
static _printf_(3, 0) size_t format(struct err *e, size_t keep, const char *fmt, va_list ap)
{
	/* A byte of the source gives at least one of the result: the rest cannot show. */
	char text[ERR_TEXT_MAX + 8];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	return append(e->text, 0, text, keep);
}

static _printf_(4, 0) int set(struct err *e, int num, const char *words, const char *fmt,
			      va_list ap)
{
	size_t len;

	if (num <= 0)
		num = EIO;
	if (!e)
		return -num;
	len = format(e, words ? strlen(words) + 2 : 0, fmt, ap);
	if (words)
		snprintf(e->text + len, sizeof(e->text) - len, ": %s", words);
	e->num = num;
	return -num;
}

int err_set(struct err *e, int num, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = set(e, num, err_words(num > 0 ? num : EIO), fmt, ap);
	va_end(ap);
	return r;
}

int err_msg(struct err *e, int num, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = set(e, num, NULL, fmt, ap);
	va_end(ap);
	return r;
}

/* What does not fit is left out of the middle, since the reason is at the end. */
static void add_inner(char *dst, size_t len, const char *inner)
{
	size_t n = strlen(inner), room = ERR_TEXT_MAX - 1 - len;
	const char *tail = inner;

	if (n > room && room > TAIL_MAX + DOTS)
		len = append(dst, len, inner, TAIL_MAX);
	if (n > room)
		tail = inner + n - TAIL_MAX;
	/* Not from the middle of a character. */
	while ((*tail & 0xc0) == 0x80)
		tail++;
	(void)append(dst, len, tail, 0);
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	struct err inner;
	size_t len;
	va_list ap;

	if (!e)
		return -EIO;
	inner = *e;
	if (inner.num <= 0)
		e->num = inner.num = EIO;
	va_start(ap, fmt);
	len = format(e, MIN(strlen(inner.text), (size_t)TAIL_MAX + DOTS), fmt, ap);
	va_end(ap);
	add_inner(e->text, len, inner.text);
	return -inner.num;
}
