/* SPDX-License-Identifier: Apache-2.0 */
/* What compiles has a bounded program, and every number gets one of seccomp's actions from it. */
#include "core/err.h"
#include "engine/security/seccomp.h"
#include <linux/filter.h>
#include <seccomp.h>

/* Larger profiles only take longer to compile. */
#define PROFILE_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_action(uint32_t value)
{
	switch (value & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return true;
	default:
		return false;
	}
}

static void check(const struct seccomp_program *p)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
					  AUDIT_ARCH_ARM };

	if (p->n == 0 || p->n > BPF_MAXINSNS)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		for (int nr = -1; nr < 600; nr += 7) {
			const struct seccomp_data d = { .nr = nr, .arch = archs[i] };

			if (!is_action(seccomp_program_eval(p, &d)))
				abort();
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seccomp_program p = { 0 };
	struct oci_seccomp s = { 0 };
	struct err e;

	if (size > PROFILE_MAX ||
	    record_parse(&oci_seccomp_record, (const char *)data, size, &s, &e) < 0)
		return 0;
	if (seccomp_compile(&s, -1, &p, &e) == 0)
		check(&p);
	seccomp_program_done(&p);
	record_done(&oci_seccomp_record, &s);
	return 0;
}
