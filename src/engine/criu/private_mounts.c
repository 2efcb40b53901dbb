/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/private_mounts.h"

#include "core/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static int change(const char *root, struct err *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_set(e, errno, "detach from the host's mounts");
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_set(e, errno, "mount the root %s", root);
	return 0;
}

int private_mounts_enter(struct private_mounts *p, int proc, const char *root, struct err *e)
{
	int r;

	p->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->cwd < 0)
		return err_set(e, errno, "open the working directory");
	p->host = procfs_open_link(proc, "self/ns/mnt", O_RDONLY, e);
	if (p->host < 0)
		return p->host;
	if (unshare(CLONE_NEWNS) < 0) {
		p->host = fd_close(p->host);
		return err_set(e, errno, "unshare the mount namespace");
	}
	r = change(root, e);
	if (r < 0)
		(void)private_mounts_leave(p, NULL); /* the first error is the one to tell */
	return r;
}

int private_mounts_leave(struct private_mounts *p, struct err *e)
{
	int r = 0;

	if (p->host >= 0 && (setns(p->host, CLONE_NEWNS) < 0 || fchdir(p->cwd) < 0))
		r = err_set(e, errno, "return to the host's mounts");
	p->host = fd_close(p->host);
	p->cwd = fd_close(p->cwd);
	return r;
}
