/* SPDX-License-Identifier: Apache-2.0 */
#include "libocispec/sets.h"
#include "core/strv.h"

struct item {
	const char *text;
	size_t index;
};

static int item_compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int r = strcmp(x->text, y->text);

	if (r != 0)
		return r;
	return x->index < y->index ? -1 : x->index > y->index;
}

size_t set_duplicate(const char *const *v, size_t n)
{
	autofree struct item *items = xcalloc(n + 1, sizeof(*items));
	size_t first = n;

	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ v[i], i };
	qsort(items, n, sizeof(*items), item_compare);
	for (size_t i = 1; i < n; i++)
		if (str_eq(items[i - 1].text, items[i].text))
			first = MIN(first, items[i].index);
	return first;
}

static int text_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *set_missing(char *const *v, char *const *in)
{
	size_t n = strv_len(in);
	autofree char **sorted = xcalloc(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = in[i];
	qsort(sorted, n, sizeof(*sorted), text_compare);
	for (; v && *v; v++)
		if (!bsearch(v, sorted, n, sizeof(*sorted), text_compare))
			return *v;
	return NULL;
}
