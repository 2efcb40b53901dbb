/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"

#include <stdio.h>

void str_done(struct str *s)
{
	free(s->p);
	*s = (struct str){ 0 };
}

void str_reserve(struct str *s, size_t more)
{
	size_t want = s->len + more + 1, cap = s->cap ? s->cap : 64;

	/* Only a length that no memory holds wraps round: then the allocation below aborts. */
	if (want <= more)
		want = SIZE_MAX;
	if (want <= s->cap)
		return;
	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	s->p = xrealloc(s->p, cap, 1);
	s->cap = cap;
	s->p[s->len] = '\0';
}

void str_add_bytes(struct str *s, const void *bytes, size_t n)
{
	str_reserve(s, n);
	if (n > 0)
		memcpy(s->p + s->len, bytes, n);
	s->len += n;
	s->p[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_addv(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	str_reserve(s, 1);
	va_copy(again, ap);
	n = vsnprintf(s->p + s->len, s->cap - s->len, fmt, ap);
	if (n > 0 && (size_t)n >= s->cap - s->len) {
		str_reserve(s, n);
		n = vsnprintf(s->p + s->len, s->cap - s->len, fmt, again);
	}
	va_end(again);
	if (n > 0)
		s->len += n;
	s->p[s->len] = '\0';
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_addv(s, fmt, ap);
	va_end(ap);
}

void str_reset(struct str *s)
{
	s->len = 0;
	if (s->p)
		s->p[0] = '\0';
}

char *str_take(struct str *s)
{
	char *p = s->p ? s->p : xstrdup("");

	*s = (struct str){ 0 };
	return p;
}
