/* SPDX-License-Identifier: Apache-2.0 */
/**
 * delegate.h - other plugins, as programs found in CNI_PATH.
 */
#ifndef NET_CNI_DELEGATE_H
#define NET_CNI_DELEGATE_H

#include "net/cni/cni.h"

/* cni_find_program - the first of this name in CNI_PATH. *out: heap. Returns 1; 2 when it is this
 * program itself; 0 when there is none; -EINVAL for a name that is none. */
int cni_find_program(const struct cni *c, const char *name, char **out, struct err *e);

/**
 * cni_delegate - call it as this plugin is called, with the same configuration.
 * @out: what it printed; may be NULL
 *
 * Returns: 0; -EIO with what it says, its code in c->code.
 */
int cni_delegate(struct cni *c, const char *program, struct str *out, struct err *e);

#endif
