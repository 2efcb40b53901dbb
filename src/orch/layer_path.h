/* SPDX-License-Identifier: Apache-2.0 */
/**
 * layer_path.h - the name of an entry of a layer, and what it means; pure.
 */
#ifndef ORCH_LAYER_PATH_H
#define ORCH_LAYER_PATH_H

#include "core/err.h"

enum layer_entry {
	LAYER_ROOT = 1, /* the tree's root itself */
	LAYER_FILE,	/* something to be made */
	LAYER_WHITEOUT, /* hides @name of the layers below */
	LAYER_OPAQUE,	/* hides all in @dir of the layers below */
	LAYER_IGNORED,	/* bookkeeping of a file system that we do not have */
};

struct layer_path {
	enum layer_entry kind;
	char *dir;  /* of its parent, relative to the root; "" is the root; heap */
	char *name; /* its last component, never "", "." or ".."; without ".wh."; heap */
};

/**
 * layer_path_parse - take an entry's name apart.
 *
 * Slashes and "." components in front and between mean nothing. A ".." is refused: no tool writes
 * it.
 *
 * Returns: 0; -EINVAL; -ENAMETOOLONG.
 */
int layer_path_parse(const char *text, struct layer_path *out, struct err *e);
void layer_path_done(struct layer_path *p);
#define autolayerpath _cleanup_(layer_path_done) struct layer_path

#endif
