/* SPDX-License-Identifier: Apache-2.0 */
/**
 * overlay.h - mounting an overlay of layers; for orch/rootfs.c.
 */
#ifndef ORCH_OVERLAY_H
#define ORCH_OVERLAY_H

#include "core/err.h"

#define OVERLAY_UPPER "upper"
#define OVERLAY_WORK "work"

/**
 * overlay_mount - mount @store's layers, and DIR/upper over them, on DIR/@point, with nodev.
 * @layers: HEX of each, the lowest first, or the absolute path of another directory
 *
 * Layers below one whose root hides them are left out, as overlayfs itself does not; and so is a
 * layer's lower one of two appearances. Changes the working directory, and back.
 *
 * Returns: 0; -ENOENT when a layer is gone; -E2BIG when there are more than this kernel takes;
 * -errno.
 */
int overlay_mount(int store, char *const *layers, const char *dir, const char *point,
		  struct err *e);

/* For tests: mount as kernels before 6.5 have to. */
void overlay_force_old(bool on);

#endif
