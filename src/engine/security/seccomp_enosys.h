/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_enosys.h - ENOSYS for system calls newer than the profile.
 *
 * A profile's author could not know them, and a C library that gets EPERM for a call that it only
 * tries does not fall back. So, on each architecture, a number above the highest that the profile
 * names is answered with ENOSYS before the profile is asked; unless the default action lets calls
 * through or hands them to somebody who can decide.
 */
#ifndef ENGINE_SECURITY_SECCOMP_ENOSYS_H
#define ENGINE_SECURITY_SECCOMP_ENOSYS_H

#include "engine/security/seccomp_rules.h"
#include <linux/filter.h>

#define SECCOMP_ARCHS_MAX 32
/* Instructions that the stub has at most: the load of the architecture; per architecture its test,
 * the load of the number, three for the range, the way out; and two more to spare. */
#define SECCOMP_ENOSYS_MAX (1 + SECCOMP_ARCHS_MAX * 8)

/**
 * seccomp_enosys_stub - write the instructions that go in front of the compiled profile.
 * @archs: SCMP_ARCH_* tokens, at most SECCOMP_ARCHS_MAX
 * @out: SECCOMP_ENOSYS_MAX instructions
 *
 * Returns: their number; 0 when none are needed. Behind the last one the profile's program begins.
 */
size_t seccomp_enosys_stub(const struct oci_seccomp *s, const struct seccomp_rules *rules,
			   const uint32_t *archs, size_t n_archs, struct sock_filter *out);

#endif
