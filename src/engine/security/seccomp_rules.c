/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp_rules.h"

#include <errno.h>

/* Names before repetitions are taken out. Real profiles have some 500; finding one takes
 * libseccomp microseconds. */
#define RULES_MAX 65536

static const uint32_t actions[] = {
	[OCI_ACT_KILL] = SCMP_ACT_KILL,
	[OCI_ACT_KILL_PROCESS] = SCMP_ACT_KILL_PROCESS,
	[OCI_ACT_KILL_THREAD] = SCMP_ACT_KILL_THREAD,
	[OCI_ACT_TRAP] = SCMP_ACT_TRAP,
	[OCI_ACT_ERRNO] = SCMP_ACT_ERRNO(0),
	[OCI_ACT_TRACE] = SCMP_ACT_TRACE(0),
	[OCI_ACT_ALLOW] = SCMP_ACT_ALLOW,
	[OCI_ACT_LOG] = SCMP_ACT_LOG,
	[OCI_ACT_NOTIFY] = SCMP_ACT_NOTIFY,
};

static const enum scmp_compare operators[] = {
	[OCI_CMP_NE] = SCMP_CMP_NE,
	[OCI_CMP_LT] = SCMP_CMP_LT,
	[OCI_CMP_LE] = SCMP_CMP_LE,
	[OCI_CMP_EQ] = SCMP_CMP_EQ,
	[OCI_CMP_GE] = SCMP_CMP_GE,
	[OCI_CMP_GT] = SCMP_CMP_GT,
	[OCI_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

uint32_t seccomp_action(int action, const struct opt_uint *errno_ret)
{
	bool has_data = action == OCI_ACT_ERRNO || action == OCI_ACT_TRACE;
	uint64_t data = errno_ret->is_set ? errno_ret->value : EPERM;

	return actions[action] | (has_data ? data & SECCOMP_RET_DATA : 0);
}

static struct scmp_arg_cmp condition(const struct oci_seccomp_arg *a)
{
	struct scmp_arg_cmp c;

	/* With its padding, because conditions are compared as bytes. */
	memset(&c, 0, sizeof(c));
	c.arg = a->index;
	c.op = operators[a->op];
	c.datum_a = a->value;
	c.datum_b = a->op == OCI_CMP_MASKED_EQ ? a->value_two : 0;
	return c;
}

/* libseccomp takes one condition per argument. */
static bool repeats_an_argument(const struct oci_seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

static int check_args(const struct oci_seccomp_rule *rule, struct err *e)
{
	for (size_t i = 0; i < rule->n_args; i++)
		if (rule->args[i].index >= SECCOMP_ARGS_MAX)
			return err_msg(e, EINVAL, "seccomp: system calls have no argument %u",
				       rule->args[i].index);
	return 0;
}

static struct seccomp_rule *append(struct seccomp_rules *r, size_t *cap)
{
	if (r->n == *cap) {
		*cap = *cap ? *cap * 2 : 512;
		r->v = xrealloc(r->v, *cap, sizeof(*r->v));
	}
	memset(&r->v[r->n], 0, sizeof(*r->v));
	return &r->v[r->n++];
}

static void expand_name(const struct oci_seccomp_rule *rule, const struct seccomp_rule *base,
			struct seccomp_rules *out, size_t *cap)
{
	bool split = repeats_an_argument(rule);
	size_t copies = split ? rule->n_args : 1;

	for (size_t i = 0; i < copies; i++) {
		struct seccomp_rule *r = append(out, cap);

		*r = *base;
		r->n_args = split ? 1 : (unsigned)rule->n_args;
		for (unsigned k = 0; k < r->n_args; k++)
			r->args[k] = condition(&rule->args[i + k]);
	}
}

/* Rules that repeat the default are kept here: the newest system call is found among all. */
static int expand(const struct oci_seccomp *s, struct seccomp_rules *out, struct err *e)
{
	size_t cap = 0, seen = 0;
	int r;

	for (size_t i = 0; i < s->n_syscalls; i++) {
		const struct oci_seccomp_rule *rule = &s->syscalls[i];
		struct seccomp_rule base;

		r = check_args(rule, e);
		if (r < 0)
			return r;
		memset(&base, 0, sizeof(base));
		base.action = seccomp_action(rule->action, &rule->errno_ret);
		for (size_t k = 0; rule->names && rule->names[k]; k++) {
			seen += MAX(rule->n_args, (size_t)1);
			if (seen > RULES_MAX)
				return err_msg(e, E2BIG, "seccomp: more than %d rules", RULES_MAX);
			base.name = rule->names[k];
			base.nr = seccomp_syscall_resolve_name(base.name);
			if (base.nr != __NR_SCMP_ERROR)
				expand_name(rule, &base, out, &cap);
		}
	}
	return 0;
}

static int compare_rules(const struct seccomp_rule *x, const struct seccomp_rule *y)
{
	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	if (x->action != y->action)
		return x->action < y->action ? -1 : 1;
	if (x->n_args != y->n_args)
		return x->n_args < y->n_args ? -1 : 1;
	return memcmp(x->args, y->args, x->n_args * sizeof(x->args[0]));
}

/* Equal rules stand in the profile's order, the first one first. */
static int compare_pointers(const void *a, const void *b)
{
	const struct seccomp_rule *x = *(struct seccomp_rule *const *)a;
	const struct seccomp_rule *y = *(struct seccomp_rule *const *)b;
	int r = compare_rules(x, y);

	return r ? r : (x > y) - (x < y);
}

/* Finds the names, and marks what is to go with a NULL name. */
static void mark(struct seccomp_rules *out, uint32_t default_action)
{
	autofree struct seccomp_rule **sorted = xcalloc(out->n + 1, sizeof(struct seccomp_rule *));
	const struct seccomp_rule *last = NULL;
	bool has_condition = false;

	for (size_t i = 0; i < out->n; i++)
		sorted[i] = &out->v[i];
	qsort(sorted, out->n, sizeof(struct seccomp_rule *), compare_pointers);
	out->names = xcalloc(out->n + 1, sizeof(*out->names));
	for (size_t i = 0; i < out->n; i++) {
		struct seccomp_rule *r = sorted[i];

		if (!last || last->nr != r->nr) {
			out->names[out->n_names++] = r->name;
			has_condition = false;
		}
		if ((last && compare_rules(last, r) == 0) || r->action == default_action)
			r->name = NULL;
		r->is_first_condition = r->name && r->n_args > 0 && !has_condition;
		has_condition = has_condition || r->is_first_condition;
		last = r;
	}
}

static void sweep(struct seccomp_rules *out)
{
	size_t n = 0;

	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].name)
			out->v[n++] = out->v[i];
	out->n = n;
}

int seccomp_rules_make(const struct oci_seccomp *s, struct seccomp_rules *out, struct err *e)
{
	_cleanup_(seccomp_rules_done) struct seccomp_rules rules = { 0 };
	int r;

	r = expand(s, &rules, e);
	if (r < 0)
		return r;
	mark(&rules, seccomp_action(s->default_action, &s->default_errno_ret));
	sweep(&rules);
	*out = rules;
	rules = (struct seccomp_rules){ 0 };
	return 0;
}

void seccomp_rules_done(struct seccomp_rules *r)
{
	free(r->v);
	free(r->names);
	*r = (struct seccomp_rules){ 0 };
}

/* A jump per rule, and for each call with conditions two more: its number, and a load. */
static size_t cost_on(const struct seccomp_rules *r, uint32_t arch)
{
	size_t cost = 0;

	for (size_t i = 0; i < r->n; i++)
		if (seccomp_syscall_resolve_name_arch(arch, r->v[i].name) >= 0)
			cost += r->v[i].is_first_condition ? 3 : 1;
	return cost;
}

size_t seccomp_rules_cost(const struct seccomp_rules *r, const uint32_t *archs, size_t n_archs)
{
	size_t cost = 0;

	for (size_t i = 0; i < n_archs; i++)
		cost += cost_on(r, archs[i]);
	return cost;
}
