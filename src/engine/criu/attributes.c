/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/attributes.h"

#include "core/inroot.h"
#include "core/procfs.h"
#include "engine/criu/aside.h"
#include "engine/criu/external.h"
#include "engine/fs/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
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

struct job {
	int ns; /* the container's mount namespace */
	const struct oci_config *config;
	const struct rootfs_plan *plan;
};

/* In a process of its own: among the container's mounts "/" is its root. */
static int set_inside(const void *data, struct err *e)
{
	const struct job *job = data;
	autofd int root = -1;
	int r;

	if (setns(job->ns, CLONE_NEWNS) < 0)
		return err_set(e, errno, "enter the container's mount namespace");
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_set(e, errno, "open the container's root");
	r = set_mounts(root, job->plan, e);
	return r < 0 ? r : set_paths(root, job->config, e);
}

int attributes_restore(int proc, pid_t pid, const struct oci_config *c, const struct rootfs_plan *p,
		       struct err *e)
{
	struct job job = { .config = c, .plan = p };
	char path[32];
	int r;

	(void)snprintf(path, sizeof(path), "%d/ns/mnt", (int)pid);
	job.ns = procfs_open_link(proc, path, O_RDONLY, e);
	if (job.ns < 0)
		return job.ns;
	r = aside(set_inside, &job, e);
	(void)fd_close(job.ns);
	return r;
}
