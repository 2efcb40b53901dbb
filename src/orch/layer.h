/* SPDX-License-Identifier: Apache-2.0 */
/**
 * layer.h - unpacking a layer of an image into a directory of its own, for overlayfs.
 *
 * Layers come from strangers. Everything is made by descriptors below the directory's, with
 * symlinks resolved as if it were "/", so that nothing outside can be touched. Owners are the
 * numbers in the archive. Of extended attributes only security.capability and user.* (but
 * user.overlay.*) are taken; device nodes are left out: a container's /dev is the runtime's. A
 * whiteout becomes what overlayfs takes for one, whatever else the layer says of the same name.
 */
#ifndef ORCH_LAYER_H
#define ORCH_LAYER_H

#include "core/err.h"
#include "orch/sha256.h"

#define LAYER_ENTRIES_MAX 1000000

/* The attribute by which overlayfs knows a directory that hides those below it. */
#define LAYER_OPAQUE_XATTR "trusted.overlay.opaque"

/**
 * layer_unpack - unpack an archive (tar, perhaps with gzip or zstd) from a descriptor.
 * @root: an empty directory
 * @bytes_max: what the archive may have, decompressed
 * @hex: the digest of the decompressed archive
 * @bytes: its size
 *
 * Stops before the file system has less than LAYER_SPACE_MIN left. On failure the directory has
 * what was unpacked until then.
 *
 * Returns: 0; -EINVAL for an archive that breaks a rule, the message names the entry; -EFBIG;
 * -ENOSPC; or -errno.
 */
#define LAYER_SPACE_MIN (INT64_C(64) << 20)
int layer_unpack(int blob, int root, int64_t bytes_max, char hex[SHA256_HEX_LEN + 1],
		 int64_t *bytes, struct err *e);

#endif
