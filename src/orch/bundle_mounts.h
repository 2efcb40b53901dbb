/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bundle_mounts.h - what a container may have mounted.
 */
#ifndef ORCH_BUNDLE_MOUNTS_H
#define ORCH_BUNDLE_MOUNTS_H

#include "libocispec/config.h"

/* By its type or by its options. */
bool bundle_mount_is_bind(const struct oci_mount *mount);

/* Its destination is absolute; it has a type, or is a bind mount, whose source is absolute and
 * there. Returns 0, -EINVAL, or the -errno of looking for the source. */
int bundle_mount_check(const struct oci_mount *mount, struct err *e);

#endif
