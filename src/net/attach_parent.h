/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach_parent.h - an interface of the host as the parent of vNICs.
 */
#ifndef NET_ATTACH_PARENT_H
#define NET_ATTACH_PARENT_H

#include "net/link.h"
#include "net/vnic.h"

/**
 * parent_find - the interface, if it can have MACVLAN children.
 *
 * Returns: 0; -ENODEV, it is not there; -EINVAL, it is the loopback or no Ethernet; -ENETDOWN; or
 * -EBUSY, it is a port of something or all of it belongs to a passthru child.
 */
int parent_find(struct nl *host, const char *name, struct link *out, struct err *e);

/* parent_detect - vnic_detect with what the host knows of the parent. */
int parent_detect(struct nl *host, const struct link *parent, struct vnic *v, struct err *e);

#endif
