/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image_reference.h - what an image is called, as it was asked for and as skopeo takes it; pure.
 */
#ifndef ORCH_IMAGE_REFERENCE_H
#define ORCH_IMAGE_REFERENCE_H

#include "core/err.h"

#define IMAGE_REFERENCE_MAX 1024

/**
 * image_reference_source - skopeo's name of a source ("docker://…", "oci:…").
 * @pinned: it names its content by a digest
 *
 * Returns: 0 and a heap string; -EINVAL for what is none, or a transport that is not offered.
 */
int image_reference_source(const char *reference, char **source, bool *pinned, struct err *e);

#endif
