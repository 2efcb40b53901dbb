/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/env.h"

extern char **environ;

static uint64_t name_hash(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h;
}

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

/* An open hash of names seen; 1 when it was there already. */
static int seen(const char **table, size_t mask, const char *entry)
{
	size_t n = name_len(entry);
	size_t i = name_hash(entry, n) & mask;

	for (; table[i]; i = (i + 1) & mask)
		if (name_len(table[i]) == n && memcmp(table[i], entry, n) == 0)
			return 1;
	table[i] = entry;
	return 0;
}

char **env_merge(char *const *base, char *const *extra)
{
	size_t n_base = strv_len(base), n = n_base + strv_len(extra), cap = 16, kept = 0;
	char **out = xcalloc(n + 1, sizeof(*out));
	autofree const char **table = NULL;

	while (cap < 2 * n)
		cap *= 2;
	table = xcalloc(cap, sizeof(*table));
	/* Backwards, because the last one wins; then turned round. */
	for (size_t i = n; i-- > 0;) {
		const char *entry = i < n_base ? base[i] : extra[i - n_base];

		if (!seen(table, cap - 1, entry))
			out[kept++] = xstrdup(entry);
	}
	for (size_t i = 0; i < kept / 2; i++) {
		char *t = out[i];

		out[i] = out[kept - 1 - i];
		out[kept - 1 - i] = t;
	}
	return out;
}

void env_wipe(void)
{
	for (char **entry = environ; entry && *entry; entry++)
		memset(*entry, 0, strlen(*entry));
	environ = NULL;
}
