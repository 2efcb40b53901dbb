/* SPDX-License-Identifier: Apache-2.0 */
/**
 * labels.h - the profile or label that restored processes are to have.
 */
#ifndef ENGINE_CRIU_LABELS_H
#define ENGINE_CRIU_LABELS_H

#include "core/err.h"
#include "libocispec/config.h"

#include <sys/types.h>

/**
 * labels_check - whether the kernel has it: CRIU 3.17 waits for ever when it does not.
 * @proc: a verified handle on the host's /proc
 * @profile: TYPE:NAME, "apparmor:" or "selinux:", or NULL: what @p has
 */
int labels_check(int proc, const struct oci_process *p, const char *profile, struct err *e);

/**
 * labels_verify - whether the restored init is confined; CRIU may have been built without SELinux.
 *
 * Refuses one that has the label of this process in place of the one above. It may have another by
 * itself.
 */
int labels_verify(int proc, pid_t pid, const struct oci_process *p, const char *profile,
		  struct err *e);

#endif
