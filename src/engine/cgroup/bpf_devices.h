/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bpf_devices.h - the device program of a v2 cgroup.
 */
#ifndef ENGINE_CGROUP_BPF_DEVICES_H
#define ENGINE_CGROUP_BPF_DEVICES_H

#include "core/err.h"
#include <linux/bpf.h>

/* Returns a program's fd. */
int bpf_devices_load(const struct bpf_insn *insns, size_t n, struct err *e);

/**
 * bpf_devices_attach - put a program in force on a cgroup, in place of those attached there.
 * @cgroup: a directory of the v2 hierarchy, not O_PATH
 *
 * A single old program is replaced atomically (BPF_F_REPLACE, Linux 5.6). Several, or one on an
 * older kernel, are detached after the new one is in force: all programs must agree to allow, so
 * that a device may be refused meanwhile but never wrongly allowed.
 */
int bpf_devices_attach(int cgroup, int prog, struct err *e);

#endif
