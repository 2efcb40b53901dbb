/* SPDX-License-Identifier: Apache-2.0 */
/**
 * veth.h - the pair that leads from the host into a container, for the types that have one.
 */
#ifndef NET_CNI_VETH_H
#define NET_CNI_VETH_H

#include "net/cni/cni.h"

/**
 * cni_veth_make - the container's end as the call says, down; the host's with a name that follows
 * from it, up.
 * @master: index of a bridge on the host, or 0
 *
 * What an earlier call left that was killed is replaced. Returns: 0, or -errno.
 */
int cni_veth_make(struct cni *c, int master, struct link *host_end, struct err *e);

/* cni_veth_clean - remove the host's end, and with it the other. 0 when there is none. */
int cni_veth_clean(struct cni *c, struct err *e);

/* cni_veth_find - the host's end; -ENODEV, one that is somebody else's is none. */
int cni_veth_find(struct cni *c, struct link *out, struct err *e);

/* cni_veth_keep - for GC: remove host's ends of this network whose owner @keep says no to. */
int cni_veth_keep(struct cni *c, bool (*keep)(const char *owner, void *data), void *data,
		  struct err *e);

#endif
