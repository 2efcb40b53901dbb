/* SPDX-License-Identifier: Apache-2.0 */
/**
 * strv.h - a NULL-terminated array of heap strings, as execve takes it.
 *
 * NULL is a valid empty vector for every function that reads.
 */
#ifndef CORE_STRV_H
#define CORE_STRV_H

#include "core/base.h"

size_t strv_len(char *const *v);
char **strv_new(void); /* an empty vector, not NULL */
char **strv_copy(char *const *v);
void strv_free(char **v);
void strv_free_p(char ***v);
#define autostrv _cleanup_(strv_free_p)

/* Append; *v may be NULL. Linear in the length: for long vectors use strv_builder. */
void strv_push(char ***v, const char *s);
void strv_push_take(char ***v, char *s);
bool strv_has(char *const *v, const char *s);
bool strv_equal(char *const *a, char *const *b);
char *strv_join(char *const *v, const char *sep);
char **strv_split(const char *s, char sep); /* "" gives an empty vector */

/* Appends in amortised constant time: for vectors that an input makes long. */
struct strv_builder {
	char **v;
	size_t n, cap;
};
void strv_builder_add(struct strv_builder *b, char *s); /* takes s */
char **strv_builder_take(struct strv_builder *b);	/* never NULL */

/* The value of NAME in "NAME=value" entries, the last one winning; NULL when absent. */
const char *strv_env_get(char *const *env, const char *name);

#endif
