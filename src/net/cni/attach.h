/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach.h - the commands of the plugin, for whatever type: CNI's and netavark's.
 */
#ifndef NET_CNI_ATTACH_H
#define NET_CNI_ATTACH_H

#include "net/cni/ipam.h"
#include "net/cni/type.h"

/* The sockets are open (cni_open). A failing ADD leaves nothing. The result is in c->result. */
int cni_add(struct cni *c, const struct cni_type *t, struct err *e);
/* Does all that it can, and gives the first error. */
int cni_del(struct cni *c, const struct cni_type *t, struct err *e);
/* @c->result is what the ADD gave. */
int cni_check(struct cni *c, const struct cni_type *t, struct err *e);
int cni_gc(struct cni *c, const struct cni_type *t, struct err *e);
int cni_status(struct cni *c, const struct cni_type *t, struct err *e);

#endif
