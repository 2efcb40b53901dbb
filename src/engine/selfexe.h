/* SPDX-License-Identifier: Apache-2.0 */
/**
 * selfexe.h - keep the host's binary out of a container's reach (CVE-2019-5736).
 *
 * A process that shares a namespace with a container shows it /proc/PID/exe. Opened for writing
 * through that, the runtime on the host's disk could be replaced.
 */
#ifndef ENGINE_SELFEXE_H
#define ENGINE_SELFEXE_H

#include "core/err.h"

/**
 * selfexe_protect - go on as a copy of this program that nobody can write to.
 * @proc: a verified procfs handle
 *
 * Returns 0 when the running program already is out of reach: on a read-only mount, or a sealed
 * memfd. Otherwise executes itself anew from a detached read-only mount of its own file or, where
 * the kernel or the privilege for that is missing, from a sealed memfd; and does not return.
 */
int selfexe_protect(int proc, char **argv, struct err *e);

#endif
