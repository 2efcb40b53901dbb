/* SPDX-License-Identifier: Apache-2.0 */
/**
 * container_name.h - names of containers that come from messages and documents.
 *
 * A name becomes a container id, a directory, a log file and part of interfaces' names.
 */
#ifndef ORCH_CONTAINER_NAME_H
#define ORCH_CONTAINER_NAME_H

#include "core/err.h"

#define CONTAINER_NAME_MAX 64
#define CONTAINER_NS_MAX 32

/* Letters, digits and "_+.-", the first of them a letter, a digit or '_'; 1 to CONTAINER_NAME_MAX
 * of them. Returns 0, or -EINVAL. */
int container_name_check(const char *name, struct err *e);

/* The same for a namespace of names, which has no '+' and at most CONTAINER_NS_MAX characters. */
int container_ns_check(const char *ns, struct err *e);

#endif
