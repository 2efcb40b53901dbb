/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resolv_conf.h - a container's resolv.conf, a file of the host that is bound into it.
 *
 * So DHCP can change it while the container runs, and whatever the container does with its own /etc
 * reaches nothing else.
 */
#ifndef ORCH_RESOLV_CONF_H
#define ORCH_RESOLV_CONF_H

#include "orch/container.h"

char *resolv_conf_path(const struct orch *o, const struct container *c);

/* Makes it when it is not there: the container's own servers or, without any, the host's. */
int resolv_conf_make(const struct orch *o, const struct container *c, struct err *e);

/* The host's servers but for those on its own loopback, which a container does not reach. Pure. */
void resolv_conf_filter(const char *text, struct str *out);

#endif
