/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bundle.h - a directory with a config.json.
 * Spec: bundle.md.
 */
#ifndef ENGINE_BUNDLE_H
#define ENGINE_BUNDLE_H

#include "core/err.h"
#include "libocispec/config.h"

/**
 * bundle_load_config - read and check a bundle's configuration.
 * @name: the file, in the bundle unless absolute; NULL: config.json
 *
 * Returns: 0; -ENOENT "JSON specification file config.json not found"; -EINVAL with the path of
 * the offending member.
 */
int bundle_load_config(const char *bundle, const char *name, struct oci_config **out,
		       struct err *e);

#endif
