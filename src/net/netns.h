/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netns.h - network namespaces: find, enter for a moment, make, pin.
 *
 * A namespace is a descriptor, close-on-exec, which keeps it alive; every descriptor given out here
 * was verified to be a network namespace (NS_GET_NSTYPE), so that a path to anything else is
 * refused by name.
 */
#ifndef NET_NETNS_H
#define NET_NETNS_H

#include "core/err.h"

/* netns_open_path - what is pinned at a path of the host. Returns an fd; -ENOENT; -EINVAL when it
 * is no network namespace. */
int netns_open_path(const char *path, struct err *e);
/* netns_open_pid - that of a process. Returns an fd; -ESRCH when there is no such process. */
int netns_open_pid(pid_t pid, struct err *e);
/* netns_open_self - the caller's own. Returns an fd. */
int netns_open_self(struct err *e);

/* How to ask an OCI runtime. */
struct netns_runtime {
	const char *program; /* absolute path */
	const char *root;    /* for its --root; NULL: its default */
};

/* netns_container_pid - ask `PROGRAM [--root ROOT] state ID`. Returns the pid of the container's
 * first process; -ENOENT when the runtime does not know it; -ESRCH when it has no process. */
pid_t netns_container_pid(const struct netns_runtime *rt, const char *id, struct err *e);
/* netns_open_container - that of a container. Returns an fd. */
int netns_open_container(const struct netns_runtime *rt, const char *id, struct err *e);

/* Whether both are the same namespace; false when that cannot be told. */
bool netns_same(int a, int b);

/* netns_cookie - the number that no other namespace of this boot ever gets, while inode numbers are
 * used again at once (SO_NETNS_COOKIE, Linux 5.14). Fills *out with 0 where the kernel has none.
 * Returns 0 or -errno. */
int netns_cookie(int netns, uint64_t *out, struct err *e);

/**
 * netns_run - call a function inside a namespace and come back.
 * @netns: borrowed; -1: the caller's own, in which case it is just called
 *
 * Single-threaded callers only. Sockets opened inside stay inside. Should the way back fail, the
 * process ends by abort(): to go on in a container's namespace would be worse.
 *
 * Returns: what fn returned, or -errno when the namespace could not be entered (-EPERM: needs
 * CAP_SYS_ADMIN).
 */
int netns_run(int netns, int (*fn)(void *data, struct err *e), void *data, struct err *e);

/* netns_make - a new network namespace, its loopback up. Returns an fd, the only thing that keeps
 * it. */
int netns_make(struct err *e);

/**
 * netns_pin - keep a namespace at a path, as `ip netns add` does below /run/netns.
 * @path: an empty file is made, which must not exist (-EEXIST)
 *
 * Nothing is left at the path on failure.
 */
int netns_pin(int netns, const char *path, struct err *e);

/* netns_unpin - take it away again: the mount, if there is one, and the file. 0 when nothing is
 * there. */
int netns_unpin(const char *path, struct err *e);

#endif
