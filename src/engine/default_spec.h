/* SPDX-License-Identifier: Apache-2.0 */
/**
 * default_spec.h - the configuration that `spec` writes.
 */
#ifndef ENGINE_DEFAULT_SPEC_H
#define ENGINE_DEFAULT_SPEC_H

#include "libocispec/config.h"

enum default_spec { DEFAULT_SPEC_ROOT, DEFAULT_SPEC_ROOTLESS };

/* A shell in a container of its own namespaces with few capabilities, as runc's. Rootless: user
 * namespace with @uid and @gid as its root, no network namespace, cgroups untouched. Free with
 * oci_config_free. */
struct oci_config *default_spec(enum default_spec kind, uint32_t uid, uint32_t gid);

#endif
