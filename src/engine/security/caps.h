/* SPDX-License-Identifier: Apache-2.0 */
/**
 * caps.h - capability sets.
 * Spec: config.md#linux-process, "capabilities". See capabilities(7).
 */
#ifndef ENGINE_SECURITY_CAPS_H
#define ENGINE_SECURITY_CAPS_H

#include "core/err.h"
#include "core/strv.h"
#include "libocispec/config.h"

/* Five sets as bit masks; bit n is capability n. */
struct caps {
	uint64_t bounding, permitted, effective, inheritable, ambient;
};

/**
 * caps_resolve - names to masks; pure but for asking the kernel its last capability.
 * @c: NULL for no capabilities at all
 * @unknown: receives the names that this kernel or program does not know, each once, for a
 *   warning; they are left out of the sets, as runc does
 */
int caps_resolve(const struct oci_capabilities *c, struct caps *out, char ***unknown,
		 struct err *e);
/* "CAP_KILL", any case, with or without "CAP_" (exec --cap): the number, or -EINVAL. */
int caps_parse(const char *name);
/* Canonical upper-case name, or NULL. Capabilities 0..caps_last() are this kernel's. */
const char *caps_name(int cap);
int caps_last(void);

/* In the child, async-signal-safe, in this order around the change of ids: drop the bounding set
 * and keep permitted over setresuid; then set the rest; then re-read all and refuse a difference.
 * @proc: a handle of core/procfs, which tells all sets at once, or -1: the kernel is asked for each
 *   capability.
 * @is_bounded: the bounding set was verified before */
int caps_drop_bounding(const struct caps *c, struct err *e);
int caps_verify_bounding(const struct caps *c, int proc, struct err *e);
int caps_apply(const struct caps *c, struct err *e);
int caps_verify(const struct caps *c, int proc, bool is_bounded, struct err *e);

#endif
