/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rootfs.h - a container's file tree: an overlay of an image's layers, or of another directory, and
 * a directory of its own.
 *
 * Below the container's directory @dir: rootfs.json, the journal, written before anything is made,
 * which names the layers or that directory; upper/ and work/; rootfs/, where it is mounted. The
 * mount has nodev: devices are the runtime's to make, in the container's /dev.
 */
#ifndef ORCH_ROOTFS_H
#define ORCH_ROOTFS_H

#include "orch/image.h"

/* rootfs_make - write the journal and make the directories. -EEXIST when there is a journal. */
int rootfs_make(const char *dir, const struct image *image, struct err *e);

/* rootfs_make_on - the same over @tree, an absolute path, which nobody may change while it is
 * mounted. */
int rootfs_make_on(const char *dir, const char *tree, struct err *e);

/**
 * rootfs_mount - mount it, as the journal says.
 * @out: the mount point, heap; may be NULL
 *
 * Returns: 1 mounted; 0 it was already; -ENOENT without a journal or with a layer that is gone.
 */
int rootfs_mount(const struct image_store *s, const char *dir, char **out, struct err *e);

/* rootfs_unmount - unmount what is mounted there, once or more often. What is not is no error. */
int rootfs_unmount(const char *dir, struct err *e);

/* rootfs_remove - unmount, remove the directories, the journal last. Nothing there is no error. */
int rootfs_remove(const char *dir, struct err *e);

/* rootfs_layers - add the layers that a container's journal names, for image_collect. */
int rootfs_layers(const char *dir, char ***layers, struct err *e);

#endif
