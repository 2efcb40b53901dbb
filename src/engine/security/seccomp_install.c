/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int seccomp_install(const struct seccomp_program *p, struct err *e)
{
	struct sock_fprog prog = { .len = (unsigned short)p->n, .filter = p->filter };
	unsigned long flags = p->flags | (p->notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
	long r;

	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (r < 0)
		return err_set(e, errno, "unable to init seccomp: error loading seccomp filter");
	return p->notify ? (int)r : 0;
}

/* The part of classic BPF that filters use; anything else ends in an action that no filter has. */
uint32_t seccomp_program_eval(const struct seccomp_program *p, const struct seccomp_data *data)
{
	const struct sock_filter *f = p->filter;
	uint32_t a = 0;

	for (size_t pc = 0; pc < p->n; pc++) {
		bool taken;

		switch (f[pc].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (f[pc].k > sizeof(*data) - sizeof(a))
				return SECCOMP_EVAL_UNKNOWN;
			memcpy(&a, (const char *)data + f[pc].k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f[pc].k;
			continue;
		case BPF_RET | BPF_K:
			return f[pc].k;
		case BPF_JMP | BPF_JA:
			if (f[pc].k >= p->n)
				return SECCOMP_EVAL_UNKNOWN;
			pc += f[pc].k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			taken = a == f[pc].k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			taken = a > f[pc].k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			taken = a >= f[pc].k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			taken = (a & f[pc].k) != 0;
			break;
		default:
			return SECCOMP_EVAL_UNKNOWN;
		}
		pc += taken ? f[pc].jt : f[pc].jf;
	}
	return SECCOMP_EVAL_UNKNOWN;
}

int seccomp_verify(const struct seccomp_program *p, struct err *e)
{
	const struct seccomp_data ask = {
		.nr = SYS_prctl,
		.arch = seccomp_arch_native(),
		.args = { PR_GET_SECCOMP },
	};

	if (seccomp_program_eval(p, &ask) != SECCOMP_RET_ALLOW)
		return 0;
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
		return err_msg(e, EPERM, "the seccomp filter did not take effect");
	return 0;
}
