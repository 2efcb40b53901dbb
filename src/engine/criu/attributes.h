/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attributes.h - what CRIU forgets of mounts: where several show the same file, it restores the
 * attributes of one of them (seen with 3.17: of three masked files two came back writable).
 */
#ifndef ENGINE_CRIU_ATTRIBUTES_H
#define ENGINE_CRIU_ATTRIBUTES_H

#include "engine/fs/plan.h"

/**
 * attributes_restore - read-only, nosuid, nodev, noexec as the configuration has them.
 * @proc: a verified handle on the host's /proc
 * @pid: the restored init, which does not run yet
 */
int attributes_restore(int proc, pid_t pid, const struct oci_config *c, const struct rootfs_plan *p,
		       struct err *e);

#endif
