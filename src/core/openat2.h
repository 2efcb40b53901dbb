/* SPDX-License-Identifier: Apache-2.0 */
/**
 * openat2.h - the openat2 system call (Linux 5.6), and whether this process has it.
 */
#ifndef CORE_OPENAT2_H
#define CORE_OPENAT2_H

#include "core/base.h"
#include <linux/openat2.h>

/**
 * openat2_call - open a path with restrictions on how it is resolved.
 * @flags: as open(2), without O_CREAT; O_CLOEXEC is added
 * @resolve: RESOLVE_*
 *
 * Returns: a descriptor or -errno; -ENOSYS where the kernel lacks it or a seccomp filter older
 * than it answers EPERM.
 */
int openat2_call(int dirfd, const char *path, int flags, uint64_t resolve);

/* For tests: answer -ENOSYS, so that callers take their fallback. */
void openat2_disable(bool on);

#endif
