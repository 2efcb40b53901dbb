/* SPDX-License-Identifier: Apache-2.0 */
#include "core/names.h"

int names_find(const struct name *table, const char *name, int64_t *value)
{
	for (; table->name; table++) {
		if (str_eq(table->name, name)) {
			*value = table->value;
			return 1;
		}
	}
	return 0;
}

const char *names_get(const struct name *table, int64_t value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}
