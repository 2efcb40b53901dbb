/* SPDX-License-Identifier: Apache-2.0 */
/**
 * interfaces.h - a state document's plugin "net", which libnet plans and carries out.
 */
#ifndef ORCH_STATE_INTERFACES_H
#define ORCH_STATE_INTERFACES_H

#include "core/json.h"
#include "net/plan.h"
#include "orch/orch.h"

struct interfaces;

/* Reads the document and plans. */
int interfaces_new(const struct orch *o, const char *text, size_t len, struct interfaces **out,
		   struct err *e);
void interfaces_free(struct interfaces *i);

bool interfaces_are_so(const struct interfaces *i); /* nothing to be done */
/* {"plugin":"net","actions":[{"Create":{"resource":…,"changes":[…]}}]} */
void interfaces_encode(const struct interfaces *i, struct json_out *o);
/* Borrowed. */
const struct plan *interfaces_plan(const struct interfaces *i);
/* A plan, all of it or nothing; recorded in the audit trail before. @said: what was done, a line
 * each. */
int interfaces_run(const struct orch *o, const struct plan *p, struct str *said, struct err *e);

#endif
