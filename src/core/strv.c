/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"

#include "core/str.h"

size_t strv_len(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

char **strv_new(void)
{
	return xcalloc(1, sizeof(char *));
}

char **strv_copy(char *const *v)
{
	size_t n = strv_len(v);
	char **copy = xcalloc(n + 1, sizeof(char *));

	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

void strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

void strv_free_p(char ***v)
{
	strv_free(*v);
}

void strv_push_take(char ***v, char *s)
{
	size_t n = strv_len(*v);

	*v = xrealloc(*v, n + 2, sizeof(char *));
	(*v)[n] = s;
	(*v)[n + 1] = NULL;
}

void strv_push(char ***v, const char *s)
{
	strv_push_take(v, xstrdup(s));
}

bool strv_has(char *const *v, const char *s)
{
	for (size_t i = 0; v && v[i]; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

bool strv_equal(char *const *a, char *const *b)
{
	size_t n = strv_len(a);

	if (n != strv_len(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return true;
}

char *strv_join(char *const *v, const char *sep)
{
	struct str s = { 0 };

	for (size_t i = 0; v && v[i]; i++) {
		if (i > 0)
			str_add(&s, sep);
		str_add(&s, v[i]);
	}
	return str_take(&s);
}

char **strv_split(const char *s, char sep)
{
	struct strv_builder b = { 0 };

	while (*s) {
		const char *end = strchrnul(s, sep);

		strv_builder_add(&b, xstrndup(s, end - s));
		if (!*end)
			break;
		s = end + 1;
		if (!*s)
			strv_builder_add(&b, xstrdup(""));
	}
	return strv_builder_take(&b);
}

void strv_builder_add(struct strv_builder *b, char *s)
{
	if (b->n + 1 >= b->cap) {
		b->cap = b->cap ? b->cap * 2 : 8;
		b->v = xrealloc(b->v, b->cap, sizeof(char *));
	}
	b->v[b->n++] = s;
	b->v[b->n] = NULL;
}

char **strv_builder_take(struct strv_builder *b)
{
	char **v = b->v ? b->v : strv_new();

	*b = (struct strv_builder){ 0 };
	return v;
}

const char *strv_env_get(char *const *env, const char *name)
{
	size_t n = strlen(name), i = strv_len(env);

	while (i-- > 0)
		if (strncmp(env[i], name, n) == 0 && env[i][n] == '=')
			return env[i] + n + 1;
	return NULL;
}
