/* SPDX-License-Identifier: Apache-2.0 */
/**
 * features.h - what this build on this kernel can do.
 * Spec: features.md, features-linux.md.
 */
#ifndef ENGINE_FEATURES_H
#define ENGINE_FEATURES_H

#include "libocispec/features.h"

/* Fills a zeroed struct; free with record_done(&oci_features_record, …). The values come from the
 * tables that do the work, and from asking the kernel. */
void features_fill(struct oci_features *f);

#endif
