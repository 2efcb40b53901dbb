/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_rules.h - a profile's rules as libseccomp takes them: one per system call and set of
 * conditions, each once, in the profile's order.
 */
#ifndef ENGINE_SECURITY_SECCOMP_RULES_H
#define ENGINE_SECURITY_SECCOMP_RULES_H

#include "core/err.h"
#include "libocispec/config.h"
#include <seccomp.h>

#define SECCOMP_ARGS_MAX 6

struct seccomp_rule {
	const char *name; /* the profile's */
	int nr;		  /* on the native architecture; negative where it has no such call */
	uint32_t action;  /* SCMP_ACT_* */
	bool is_first_condition; /* the call's first rule with arguments, for seccomp_rules_cost */
	unsigned n_args;
	struct scmp_arg_cmp args[SECCOMP_ARGS_MAX];
};

struct seccomp_rules {
	struct seccomp_rule *v;
	size_t n;
	const char *
		*names; /* every system call that the profile names and libseccomp knows, once */
	size_t n_names;
};

uint32_t seccomp_action(int action, const struct opt_uint *errno_ret);

/**
 * seccomp_rules_make - expand a profile's rules.
 *
 * System calls that libseccomp does not know and rules that repeat the default action are left
 * out; a rule with several conditions on one argument becomes a rule for each condition, as runc
 * has it.
 *
 * Returns: 0; -E2BIG when the profile is larger than any that fits the kernel by far; -EINVAL.
 */
int seccomp_rules_make(const struct oci_seccomp *s, struct seccomp_rules *out, struct err *e);
void seccomp_rules_done(struct seccomp_rules *r);

/* A lower bound of the instructions that the rules take on these architectures: cheap, where
 * compiling takes quadratic time. */
size_t seccomp_rules_cost(const struct seccomp_rules *r, const uint32_t *archs, size_t n_archs);

#endif
