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
	size_t index;	  /* in linux.namespaces */
	const char *path; /* the configuration's */
};

struct namespaces {
	int new_flags;			     /* CLONE_NEW* of the new ones */
	struct ns_join join[NAMESPACES_MAX]; /* the user namespace first */
	size_t n_join;
	int joined; /* CLONE_NEW* of those that the caller is in already */
};

/**
 * namespaces_open - read the configuration and open the namespaces to join.
 *
 * Each path is checked to be a namespace of the kind that the configuration says. Errors name the
 * member, the path and the reason.
 */
int namespaces_open(const struct oci_config *c, struct namespaces *out, struct err *e);
/* Refuses to join the runtime's own mount namespace, whose root would be replaced, and its UTS
 * namespace where a name is to be set. @proc: a verified procfs handle. Returns 0 or -EINVAL. */
int namespaces_check_own(const struct namespaces *ns, const struct oci_config *c, int proc,
			 struct err *e);
void namespaces_close(struct namespaces *ns);

bool namespaces_has_new(const struct namespaces *ns, int type);
/* The fd to join for a type, or -1. */
int namespaces_join_fd(const struct namespaces *ns, int type);
/* In a namespace of this type other than the caller's, new or joined. */
bool namespaces_has(const struct namespaces *ns, int type);

/**
 * namespaces_join_early - in the child, still with the runtime's privileges: enter what it may.
 *
 * For a container with a user namespace: inside that nobody may enter what belongs to another one,
 * the host's among them. What cannot be entered now (without privilege: nothing) is left to
 * namespaces_join. The user and mount namespaces are not tried.
 */
int namespaces_join_early(struct namespaces *ns, struct err *e);

/* In the child: enter those of the types in @mask that it is not in yet, in order. */
int namespaces_join(struct namespaces *ns, int mask, struct err *e);

#endif
