/* SPDX-License-Identifier: Apache-2.0 */
/**
 * external.h - what of a container belongs to the host, so that CRIU leaves it out of the images
 * and takes it from the host again: bind mounts, masks, namespaces that were joined. Each has a
 * name in the images, the mount's destination, so that its source may be another when it is
 * restored.
 */
#ifndef ENGINE_CRIU_EXTERNAL_H
#define ENGINE_CRIU_EXTERNAL_H

#include "engine/criu/message.h"
#include "engine/fs/plan.h"

struct external {
	char **list; /* for struct criu_request.external */
	struct criu_inherit *inherit;
	size_t n_inherit;
	int *sources; /* of mounts, kept open for CRIU to find them by */
	size_t n_sources;
};

void external_done(struct external *x);

/* Whether there is a null device, which is how a file is masked. */
bool external_is_masked_file(int root, const char *path);

/* What is dumped. @root: the container's root, seen through its init */
void external_mounts_to_dump(const struct oci_config *c, const struct rootfs_plan *p, int root,
			     struct external *out);
int external_namespaces_to_dump(const struct oci_config *c, struct external *out, struct err *e);

/**
 * external_mounts_to_restore - the sources that the configuration has for them now.
 * @cgroup: the container's path in each hierarchy
 * @root: the root as it is on the host. What is missing of the mounts' places is made there;
 * sources that lie in it are looked up there, and *out keeps descriptors of them open
 */
int external_mounts_to_restore(const struct oci_config *c, const struct rootfs_plan *p,
			       const char *cgroup, int root, struct external *out, struct err *e);
/* Opens them; *out keeps the descriptors. */
int external_namespaces_to_restore(const struct oci_config *c, struct external *out, struct err *e);
/* Has CRIU take @fd, one of the caller's, for what was dumped as @name. */
void external_inherit(struct external *x, const char *name, int fd);

#endif
