/* SPDX-License-Identifier: Apache-2.0 */
/*
 * true - the smallest program, so that a container's peak memory is the runtime's, not its. With
 * -DIDLE it waits for a signal instead of ending.
 */
#include <asm/unistd.h>

#if defined(__x86_64__)
#ifdef IDLE
__asm__(".globl _start\n_start:\n\tmov $34,%eax\n\tsyscall\n\tjmp _start\n");
_Static_assert(__NR_pause == 34, "the number above");
#else
__asm__(".globl _start\n_start:\n\txor %edi,%edi\n\tmov $231,%eax\n\tsyscall\n");
_Static_assert(__NR_exit_group == 231, "the number above");
#endif
#elif defined(__aarch64__)
#ifdef IDLE
__asm__(".globl _start\n_start:\n\tmov x0,#0\n\tmov x1,#0\n\tmov x2,#0\n\tmov x3,#0\n"
	"\tmov x4,#0\n\tmov x8,#73\n\tsvc 0\n\tb _start\n");
_Static_assert(__NR_ppoll == 73, "the number above");
#else
__asm__(".globl _start\n_start:\n\tmov x0,#0\n\tmov x8,#94\n\tsvc 0\n");
_Static_assert(__NR_exit_group == 94, "the number above");
#endif
#else
#error "true knows the system calls of x86-64 and arm64 only"
#endif
