/* SPDX-License-Identifier: Apache-2.0 */
/**
 * names.h - tables of names and numbers, one per vocabulary (signals, namespaces, rlimits, …).
 *
 * A table ends with a row whose name is NULL. The first row with a value gives its canonical name.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include "core/base.h"

struct name {
	const char *name;
	int64_t value;
};

/* 1 and *value when found, 0 when not. Case counts. */
int names_find(const struct name *table, const char *name, int64_t *value);
/* NULL when no row has the value. */
const char *names_get(const struct name *table, int64_t value);

#endif
