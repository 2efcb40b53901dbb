/* SPDX-License-Identifier: Apache-2.0 */
/**
 * test.h - a unit test program: TEST functions that register themselves, and TAP on stdout.
 *
 *   #include "test.h"
 *   TEST(parses_a_signal) { CHECK_INT(signal_parse("TERM", NULL), SIGTERM); }
 *   TEST_MAIN
 *
 * A failed CHECK reports the place and lets the test go on; SKIP ends the test with a reason.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

static struct test_case *test_first, **test_last = &test_first;
static int test_failures;
static const char *test_skipped;

#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	__attribute__((constructor)) static void test_register_##id(void)                          \
	{                                                                                          \
		static struct test_case c = { #id, test_##id, NULL };                              \
		*test_last = &c;                                                                   \
		test_last = &c.next;                                                               \
	}                                                                                          \
	static void test_##id(void)

#define TEST_FAIL(...)                                                                             \
	do {                                                                                       \
		printf("# %s:%d: ", __FILE__, __LINE__);                                           \
		printf(__VA_ARGS__);                                                               \
		printf("\n");                                                                      \
		test_failures++;                                                                   \
	} while (0)

#define CHECK(expr)                                                                                \
	do {                                                                                       \
		if (!(expr))                                                                       \
			TEST_FAIL("not true: %s", #expr);                                          \
	} while (0)

#define CHECK_INT(got, want)                                                                       \
	do {                                                                                       \
		long long g_ = (long long)(got), w_ = (long long)(want);                           \
		if (g_ != w_)                                                                      \
			TEST_FAIL("%s is %lld, not %lld", #got, g_, w_);                           \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *g_ = (got), *w_ = (want);                                              \
		if (!g_ || !w_ ? g_ != w_ : strcmp(g_, w_) != 0)                                   \
			TEST_FAIL("%s is \"%s\", not \"%s\"", #got, g_ ? g_ : "(null)",            \
				  w_ ? w_ : "(null)");                                             \
	} while (0)

/* haystack contains needle */
#define CHECK_HAS(got, want)                                                                       \
	do {                                                                                       \
		const char *g_ = (got), *w_ = (want);                                              \
		if (!g_ || !strstr(g_, w_))                                                        \
			TEST_FAIL("%s is \"%s\", without \"%s\"", #got, g_ ? g_ : "(null)", w_);   \
	} while (0)

#define SKIP(reason)                                                                               \
	do {                                                                                       \
		test_skipped = (reason);                                                           \
		return;                                                                            \
	} while (0)

#define TEST_MAIN                                                                                  \
	int main(void)                                                                             \
	{                                                                                          \
		int n = 0, failed = 0;                                                             \
		setvbuf(stdout, NULL, _IOLBF, 0);                                                  \
		for (struct test_case *c = test_first; c; c = c->next) {                           \
			test_failures = 0;                                                         \
			test_skipped = NULL;                                                       \
			c->run();                                                                  \
			n++;                                                                       \
			if (test_failures)                                                         \
				failed++, printf("not ok %d - %s\n", n, c->name);                  \
			else if (test_skipped)                                                     \
				printf("ok %d - %s # SKIP %s\n", n, c->name, test_skipped);        \
			else                                                                       \
				printf("ok %d - %s\n", n, c->name);                                \
		}                                                                                  \
		printf("1..%d\n", n);                                                              \
		return failed ? 1 : 0;                                                             \
	}

#endif
