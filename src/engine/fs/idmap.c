/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include "core/str.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

struct mappings {
	const struct oci_id_mapping *uid, *gid;
	size_t n_uid, n_gid;
};

/* A process that only exists so that its user namespace does. */
struct holder {
	pid_t pid; /* 0: none */
	int keep;  /* our end: the process ends when it closes */
};

static void holder_done(struct holder *h)
{
	fd_close_p(&h->keep);
	while (h->pid > 0 && waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Says whether it could unshare, then waits until the other end closes. */
static _noreturn_ void hold(int said, int keep)
{
	int num;
	char c;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	num = unshare(CLONE_NEWUSER) < 0 ? errno : 0;
	if (write(said, &num, sizeof(num)) != sizeof(num))
		_exit(1);
	while (read(keep, &c, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int holder_start(struct holder *h, struct err *e)
{
	int said[2] = { -1, -1 }, keep[2] = { -1, -1 }, num = EIO;

	if (pipe2(said, O_CLOEXEC) < 0 || pipe2(keep, O_CLOEXEC) < 0)
		num = errno;
	else
		h->pid = fork();
	if (keep[1] >= 0 && h->pid == 0) {
		/* Its own copy of the other end would keep it waiting for itself. */
		fd_close(keep[1]);
		hold(said[1], keep[0]);
	}
	fd_close_p(&said[1]);
	fd_close_p(&keep[0]);
	h->keep = keep[1];
	if (h->pid > 0 && read(said[0], &num, sizeof(num)) != sizeof(num))
		num = EIO;
	fd_close_p(&said[0]);
	return num ? err_set(e, num, "make a user namespace") : 0;
}

static int write_map(int proc, pid_t pid, const char *file, const struct oci_id_mapping *m,
		     size_t n, struct err *e)
{
	autofree char *path = xasprintf("%d/%s", (int)pid, file);
	autostr text = { 0 };

	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n", m[i].container_id,
			 m[i].host_id, m[i].size);
	return procfs_write(proc, path, text.p, text.len, e);
}

/* A user namespace with these mappings: an fd, or -errno. */
static int open_userns(int proc, const struct mappings *m, struct err *e)
{
	_cleanup_(holder_done) struct holder h = { .keep = -1 };
	autofree char *path = NULL;
	int r = holder_start(&h, e);

	if (r >= 0)
		r = write_map(proc, h.pid, "uid_map", m->uid, m->n_uid, e);
	if (r >= 0)
		r = write_map(proc, h.pid, "gid_map", m->gid, m->n_gid, e);
	if (r < 0)
		return r;
	path = xasprintf("%d/ns/user", (int)h.pid);
	return procfs_open_link(proc, path, O_RDONLY | O_CLOEXEC, e);
}

/* The mount's own mappings, or, for the words idmap and ridmap alone, the container's. */
static struct mappings mappings_of(const struct rootfs *r, const struct oci_mount *m)
{
	const struct oci_linux *l = r->config->linux_;

	if (m->n_uid_mappings || !l)
		return (struct mappings){ m->uid_mappings, m->gid_mappings, m->n_uid_mappings,
					  m->n_gid_mappings };
	return (struct mappings){ l->uid_mappings, l->gid_mappings, l->n_uid_mappings,
				  l->n_gid_mappings };
}

static int userns_of(const struct rootfs *r, const struct oci_mount *m, struct err *e)
{
	const struct mappings map = mappings_of(r, m);
	int fd;

	if (!m->n_uid_mappings && r->joined_userns >= 0) {
		fd = fcntl(r->joined_userns, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? err_set(e, errno, "dup") : fd;
	}
	if (!map.n_uid || !map.n_gid)
		return err_msg(e, EINVAL, "neither the mount nor the container has any");
	return open_userns(r->proc, &map, e);
}

int idmap_apply(struct rootfs *r, const struct mount_op *op, int tree, struct err *e)
{
	bool recursive = op->options.words & MOUNT_OPT_RIDMAP;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	autofd int userns = -1;

	if (!mount_op_is_mapped(op))
		return 0;
	userns = userns_of(r, op->mount, e);
	if (userns < 0)
		return err_wrap(e, "id mappings: ");
	attr.userns_fd = (uint64_t)userns;
	if (mount_setattr(tree, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
			  sizeof(attr)) < 0)
		return err_set(e, errno,
			       "apply id mappings (Linux 5.12, and a file system that "
			       "knows them)");
	return 0;
}
