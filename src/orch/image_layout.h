/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image_layout.h - images in the host's own files, without skopeo: layouts and archives.
 */
#ifndef ORCH_IMAGE_LAYOUT_H
#define ORCH_IMAGE_LAYOUT_H

#include "orch/image.h"

/**
 * image_layout_find - the manifest that "oci:DIR[:TAG]" names.
 * @manifest: its digest; heap
 *
 * Returns: 1; 0 when that is not as simple as one manifest of an image by that name: skopeo knows
 * more, and says what is wrong.
 */
int image_layout_find(const char *source, char **manifest);

/**
 * image_layout_copy - copy what the manifest needs of a layout into the store.
 *
 * What is there already is not looked at. A blob whose bytes or size are another's is not taken.
 *
 * Returns: 0; -EINVAL; -ENOENT; or -errno.
 */
int image_layout_copy(const struct image_store *s, const char *source, const char *manifest,
		      struct err *e);

/**
 * image_archive_stamp - what tells whether the file of "oci-archive:FILE…" or
 * "docker-archive:FILE…" is still the same: its inode, size and times.
 *
 * Returns: heap; NULL when that cannot be told: another source, no file, or one that changed so
 * recently that the next change might show the same times.
 */
char *image_archive_stamp(const char *source);

#endif
