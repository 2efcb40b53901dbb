/* SPDX-License-Identifier: Apache-2.0 */
/**
 * capabilities.h - the names of capabilities, as capabilities(7) has them.
 */
#ifndef LIBOCISPEC_CAPABILITIES_H
#define LIBOCISPEC_CAPABILITIES_H

#include <linux/capability.h>
#include <stdbool.h>

#define OCI_CAPABILITIES (CAP_CHECKPOINT_RESTORE + 1)

/* "CAP_CHOWN", by their numbers. */
extern const char *const oci_capability_names[OCI_CAPABILITIES];

/* Is this one's full name, like "CAP_CHOWN"? The kernel may be older than it. */
bool oci_capability_is_known(const char *name);

#endif
