/* SPDX-License-Identifier: Apache-2.0 */
/**
 * exec.h - run a further process in a container.
 */
#ifndef ENGINE_EXEC_H
#define ENGINE_EXEC_H

#include "engine/container.h"

struct exec_options {
	const char *console_socket;
	const char *pidfd_socket;
	const char *pid_file;
	char *const *cgroup; /* --cgroup, as cgroup_add takes them; NULL for the container's own */
	int64_t preserve_fds;
	const char *listen_fds; /* $LISTEN_FDS, or NULL */
	bool ignore_paused;
	bool detached;
	int console_fd; /* as in create.h; -1 for none */
};

struct executed {
	pid_t pid;
	int pidfd;
};

/**
 * container_exec - start a process in the container's namespaces, cgroup and root.
 * @c: locked shared, with its journal loaded; the lock is gone when this returns
 * @p: the process, checked
 *
 * Returns when execve has succeeded, or with its error; nothing is left then. The new process is a
 * child of the caller.
 */
int container_exec(const struct runtime *rt, struct container *c, const struct oci_process *p,
		   const struct exec_options *o, struct executed *out, struct err *e);

#endif
