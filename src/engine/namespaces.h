/* SPDX-License-Identifier: Apache-2.0 */
/**
 * namespaces.h - which namespaces a container gets new, and which it joins.
 * Spec: config-linux.md#namespaces.
 */
#ifndef ENGINE_NAMESPACES_H
#define ENGINE_NAMESPACES_H

#include "core/err.h"
#include "libocispec/config.h"

#define NAMESPACES_MAX 8

struct ns_join {
	int type; /* CLONE_NEW* */
	int fd;
};

struct namespaces {
	int new_flags;			     /* CLONE_NEW* of the new ones */
	struct ns_join join[NAMESPACES_MAX]; /* the user namespace first */
	size_t n_join;
};

/**
 * namespaces_open - read the configuration and open the namespaces to join.
 *
 * Each path is checked to be a namespace of the kind that the configuration says. Errors name the
 * member, the path and the reason.
 */
int namespaces_open(const struct oci_config *c, struct namespaces *out, struct err *e);
void namespaces_close(struct namespaces *ns);

bool namespaces_has_new(const struct namespaces *ns, int type);
/* The fd to join for a type, or -1. */
int namespaces_join_fd(const struct namespaces *ns, int type);
/* In a namespace of this type other than the caller's, new or joined. */
bool namespaces_has(const struct namespaces *ns, int type);

/* In the child: enter those of the types in @mask, in order. */
int namespaces_join(const struct namespaces *ns, int mask, struct err *e);

#endif
