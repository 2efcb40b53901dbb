/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attrs.h - what the kernel keeps per process: limits, scheduling, priorities, personality.
 *
 * All are applied by the child to itself, between fork and exec: no allocation. Each is a no-op
 * when the configuration says nothing.
 */
#ifndef ENGINE_SECURITY_ATTRS_H
#define ENGINE_SECURITY_ATTRS_H

#include "core/err.h"
#include "libocispec/config.h"

int attrs_set_rlimits(const struct oci_process *p, struct err *e);
/* @pid: another process, or 0 for the caller. */
int attrs_set_oom_score_adj(int proc, pid_t pid, const struct oci_process *p, struct err *e);
int attrs_set_scheduler(const struct oci_process *p, struct err *e);
int attrs_set_io_priority(const struct oci_process *p, struct err *e);
int attrs_set_personality(const struct oci_linux *l, struct err *e);
int attrs_set_memory_policy(const struct oci_linux *l, struct err *e);
/* Undo the caller's affinity: all CPUs, which the kernel cuts to the cpuset. */
int attrs_reset_affinity(struct err *e);
/* A cpu list such as "0-3,7" from execCPUAffinity; NULL does nothing. */
int attrs_set_affinity(const char *cpus, struct err *e);
/* A session keyring named after the container, made or joined; -EDQUOT and a kernel without keys
 * are not errors. @label: SELinux's, or NULL; @proc: a verified procfs handle; @shared: processes
 * of the container have had it, and may have kept others from setting its permissions. */
int attrs_join_keyring(int proc, const char *id, const char *label, bool shared, struct err *e);

/**
 * sysctl_check - refuse the settings that would be the host's.
 *
 * A setting must belong to a namespace that is new, or joined and not the caller's own. Names have
 * dots or slashes; they and the values must not climb out of their place. Run on the host first.
 */
int sysctl_check(const struct oci_config *c, struct err *e);
/* Inside the namespaces, after sysctl_check. @proc: a whole procfs, with sys/. */
int sysctl_write(int proc, const struct strmap *sysctl, struct err *e);

#endif
