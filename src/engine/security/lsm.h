/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lsm.h - AppArmor profiles and SELinux labels for the container's process.
 *
 * Asking for one where the kernel has it not is an error, never ignored.
 * selinux.c is swapped for selinux_none.c by configure.
 */
#ifndef ENGINE_SECURITY_LSM_H
#define ENGINE_SECURITY_LSM_H

#include "core/err.h"

bool apparmor_enabled(void);
/* Change the profile at the next exec; @proc is a verified procfs handle. */
int apparmor_set_exec(int proc, const char *profile, struct err *e);

bool selinux_enabled(void);
int selinux_set_exec(int proc, const char *label, struct err *e);
/* Label of keys made next (the session keyring). */
int selinux_set_keycreate(int proc, const char *label, struct err *e);
/* "context=\"LABEL\"" appended to mount data is fs/'s business. */

#endif
