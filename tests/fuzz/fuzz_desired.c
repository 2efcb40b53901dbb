/* SPDX-License-Identifier: Apache-2.0 */
/* A document of desired interfaces. What is accepted makes a plan against an empty host, or a
 * reason why not; each operation reads as one line. */
#include "net/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plan(const struct desired *d)
{
	struct observed nothing = { 0 };
	struct plan p = { 0 };
	struct err e = { 0 };

	if (plan_make(d, &nothing, &p, &e) < 0) {
		if (!e.text[0])
			abort();
		return;
	}
	for (size_t i = 0; i < p.n; i++) {
		autostr text = { 0 };

		plan_describe(&p.ops[i], &text);
		if (text.len == 0 || strchr(text.p, '\n'))
			abort();
	}
	plan_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct desired d = { 0 };
	struct err e = { 0 };

	if (desired_parse((const char *)data, size, &d, &e) < 0) {
		if (!e.text[0] || d.interfaces)
			abort();
		return 0;
	}
	check_plan(&d);
	desired_done(&d);
	return 0;
}
