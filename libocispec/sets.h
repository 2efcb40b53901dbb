/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sets.h - lists of strings seen as sets, in n log n: a document may make them long.
 *
 * Private to libocispec. Nothing is copied or kept.
 */
#ifndef LIBOCISPEC_SETS_H
#define LIBOCISPEC_SETS_H

#include "core/base.h"

/* The index of the first string that equals an earlier one; n when all differ. */
size_t set_duplicate(const char *const *v, size_t n);

/* The first string of a vector that another lacks; NULL when it is a subset. NULL vectors are
 * empty. */
const char *set_missing(char *const *v, char *const *in);

#endif
