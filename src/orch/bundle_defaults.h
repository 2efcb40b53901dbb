/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bundle_defaults.h - the configuration that every container starts from; for orch/bundle.c.
 */
#ifndef ORCH_BUNDLE_DEFAULTS_H
#define ORCH_BUNDLE_DEFAULTS_H

#include "libocispec/config.h"

/* Without process.args, root.path and a network namespace. Heap; oci_config_free. */
struct oci_config *bundle_defaults(void);

#endif
