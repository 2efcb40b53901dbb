/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp_enosys.h"

#include <errno.h>
#include <linux/seccomp.h>

#define LOAD(member)                                                                               \
	((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                    \
				      offsetof(struct seccomp_data, member)))
#define JUMP(op, k, jt, jf) ((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, k, jt, jf))
#define RETURN(k) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, k))

#define NR_MAX UINT32_MAX
#define X32_BIT 0x40000000u	/* x32 calls say x86-64, and have this bit in their number */
#define ARM_PRIVATE 0x000f0000u /* calls such as cacheflush, far above all others */

/* System calls last + 1 .. end (inclusive) are newer than the profile. */
struct range {
	uint32_t audit_arch;
	uint32_t last;
	uint32_t end;
};

/* A tracer decides for itself about calls it does not know; the others let them through, or
 * answer what we would. */
static bool is_needed(const struct oci_seccomp *s)
{
	switch (s->default_action) {
	case OCI_ACT_ALLOW:
	case OCI_ACT_LOG:
	case OCI_ACT_TRACE:
		return false;
	case OCI_ACT_ERRNO:
		return !s->default_errno_ret.is_set || s->default_errno_ret.value != ENOSYS;
	default:
		return true;
	}
}

/* The highest number that the profile names on an architecture: 1 and *out, or 0. */
static int find_last(const struct seccomp_rules *rules, uint32_t arch, uint32_t *out)
{
	int last = -1;

	for (size_t i = 0; i < rules->n_names; i++) {
		int nr = seccomp_syscall_resolve_name_arch(arch, rules->names[i]);

		if (arch == SCMP_ARCH_ARM && nr >= (int)ARM_PRIVATE)
			continue;
		last = MAX(last, nr);
	}
	if (last < 0)
		return 0;
	*out = (uint32_t)last;
	return 1;
}

static size_t find_ranges(const struct seccomp_rules *rules, const uint32_t *archs, size_t n,
			  struct range *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct range *r = &out[count];

		if (!find_last(rules, archs[i], &r->last))
			continue;
		r->audit_arch = archs[i] == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : archs[i];
		r->end = NR_MAX;
		/* Who calls an x32 that is not listed is ended, as with any architecture. */
		if (archs[i] == SCMP_ARCH_X86_64)
			r->end = X32_BIT - 1;
		if (archs[i] == SCMP_ARCH_ARM)
			r->end = ARM_PRIVATE - 1;
		count++;
	}
	return count;
}

/* With the number loaded: return ENOSYS when it is in the range, else go on behind. */
static size_t emit_range(const struct range *r, struct sock_filter *out)
{
	bool bounded = r->end != NR_MAX;
	size_t n = 0;

	out[n++] = JUMP(BPF_JGT, r->last, 0, bounded ? 2 : 1);
	if (bounded)
		out[n++] = JUMP(BPF_JGT, r->end, 1, 0);
	out[n++] = RETURN(SECCOMP_RET_ERRNO | ENOSYS);
	return n;
}

/* With the architecture loaded: all ranges of the first one's architecture, or go on behind. The
 * number is left loaded, so the end jumps to the end of the stub; link_sections knows where. */
static size_t emit_section(const struct range *r, size_t n_ranges, struct sock_filter *out)
{
	size_t n = 2;

	for (size_t i = 0; i < n_ranges; i++)
		if (r[i].audit_arch == r[0].audit_arch)
			n += emit_range(&r[i], out + n);
	out[n++] = JUMP(BPF_JA, 0, 0, 0);
	out[0] = JUMP(BPF_JEQ, r[0].audit_arch, 0, (uint8_t)(n - 1));
	out[1] = LOAD(nr);
	return n;
}

static void link_sections(struct sock_filter *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (out[i].code == (BPF_JMP | BPF_JA))
			out[i].k = (uint32_t)(n - i - 1);
}

static bool is_done(const struct range *ranges, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (ranges[k].audit_arch == ranges[i].audit_arch)
			return true;
	return false;
}

size_t seccomp_enosys_stub(const struct oci_seccomp *s, const struct seccomp_rules *rules,
			   const uint32_t *archs, size_t n_archs, struct sock_filter *out)
{
	struct range ranges[SECCOMP_ARCHS_MAX];
	size_t n_ranges, n = 0;

	if (!is_needed(s))
		return 0;
	n_ranges = find_ranges(rules, archs, n_archs, ranges);
	if (n_ranges == 0)
		return 0;
	out[n++] = LOAD(arch);
	for (size_t i = 0; i < n_ranges; i++)
		if (!is_done(ranges, i))
			n += emit_section(&ranges[i], n_ranges - i, out + n);
	link_sections(out, n);
	return n;
}
