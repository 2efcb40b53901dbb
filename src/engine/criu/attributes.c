/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/attributes.h"

#include "core/inroot.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "engine/criu/external.h"
#include "engine/fs/mount.h"
#include "engine/init/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define MASK_ATTR (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)
#define STRICT_ATTR (MASK_ATTR | MOUNT_ATTR_NODEV)

static int set(int root, const char *path, uint64_t attr, struct err *e)
{
	const struct mount_change change = { .set = attr & STRICT_ATTR };
	autofd int fd = change.set ? inroot_open(root, path, O_PATH, e) : -ENOENT;
	int r;

	/* What was not there could not be masked. */
	if (fd == -ENOENT)
		return 0;
	r = fd < 0 ? fd : mount_apply(-1, fd, &change, e);
	return r < 0 ? err_wrap(e, "attributes of \"%s\": ", path) : 0;
}

static int set_mounts(int root, const struct rootfs_plan *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->n && r == 0; i++) {
		const struct mount_op *op = &p->ops[i];

		r = set(root, op->dest, op->options.top.set | op->options.all.set, e);
	}
	return r;
}

static int set_paths(int root, const struct oci_config *c, struct err *e)
{
	char **masked = c->linux_ ? c->linux_->masked_paths : NULL;
	char **readonly = c->linux_ ? c->linux_->readonly_paths : NULL;
	int r = 0;

	for (; masked && *masked && r == 0; masked++)
		if (external_is_masked_file(root, *masked))
			r = set(root, *masked, MASK_ATTR, e);
	for (; readonly && *readonly && r == 0; readonly++)
		r = set(root, *readonly, MOUNT_ATTR_RDONLY, e);
	if (r == 0 && c->root->readonly)
		r = set(root, "/", MOUNT_ATTR_RDONLY, e);
	return r;
}

/* In a process of its own: among the container's mounts "/" is its root. */
static int set_inside(int ns, const struct oci_config *c, const struct rootfs_plan *p,
		      struct err *e)
{
	autofd int root = -1;
	int r;

	if (setns(ns, CLONE_NEWNS) < 0)
		return err_set(e, errno, "enter the container's mount namespace");
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_set(e, errno, "open the container's root");
	r = set_mounts(root, p, e);
	return r < 0 ? r : set_paths(root, c, e);
}

static int wait_for(int pidfd, int told, struct err *e)
{
	struct err said;
	ssize_t n;
	int status = 0, r;

	do
		n = read(told, &said, sizeof(said));
	while (n < 0 && errno == EINTR);
	r = pidfd_wait(pidfd, -1, &status, e);
	if (r < 0)
		return r;
	if (n == (ssize_t)sizeof(said)) {
		if (e)
			*e = said;
		return -said.num;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ?
		       0 :
		       err_msg(e, ECHILD,
			       "the process that sets the mounts' attributes ended early");
}

int attributes_restore(int proc, pid_t pid, const struct oci_config *c, const struct rootfs_plan *p,
		       struct err *e)
{
	autofd int ns = -1, told = -1, tell = -1, pidfd = -1;
	int pipe_fds[2];
	char path[32];
	pid_t child;

	(void)snprintf(path, sizeof(path), "%d/ns/mnt", (int)pid);
	ns = procfs_open_link(proc, path, O_RDONLY, e);
	if (ns < 0)
		return ns;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	told = pipe_fds[0];
	tell = pipe_fds[1];
	child = clone_process(0, -1, &pidfd, e);
	if (child < 0)
		return child;
	if (child == 0) {
		struct err said = { 0 };
		int r = set_inside(ns, c, p, &said);

		_exit(r < 0 && write(tell, &said, sizeof(said)) > 0 ? 1 : r < 0);
	}
	tell = fd_close(tell);
	return wait_for(pidfd, told, e);
}
