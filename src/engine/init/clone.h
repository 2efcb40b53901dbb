/* SPDX-License-Identifier: Apache-2.0 */
/**
 * clone.h - clone3 as a fork that also makes namespaces and gives a pidfd.
 */
#ifndef ENGINE_INIT_CLONE_H
#define ENGINE_INIT_CLONE_H

#include "core/err.h"

/**
 * clone_process - fork.
 * @flags: CLONE_NEW*, CLONE_PARENT
 * @cgroup_fd: a v2 cgroup to be born in, or -1
 * @pidfd: receives an fd; may be NULL
 *
 * Returns: the pid in the parent, 0 in the child, or -errno. The child is a copy, as after fork:
 * the process is single-threaded, so everything may be called there.
 */
pid_t clone_process(uint64_t flags, int cgroup_fd, int *pidfd, struct err *e);

#endif
