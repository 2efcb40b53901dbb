/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/host.h"
#include "engine/fs/mountinfo.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int propagation_of(const struct rootfs *r)
{
	return r->config->linux_ ? r->config->linux_->rootfs_propagation : 0;
}

static bool is_shared(const struct rootfs *r)
{
	return propagation_of(r) & MS_SHARED;
}

/*
 * Slave, so that what is mounted on the host later can still arrive, or private when asked. When
 * the configuration wants a shared root, the host's mounts stay its peers, or "rshared" volumes
 * could not reach it.
 */
int pivot_isolate(struct rootfs *r, struct err *e)
{
	const struct mount_change c = {
		.propagation =
			propagation_of(r) & (MS_PRIVATE | MS_UNBINDABLE) ? MS_PRIVATE : MS_SLAVE,
		.recursive = true,
	};
	autofd int root = -1;
	int n;

	if (is_shared(r))
		return 0;
	root = host_open("/", O_DIRECTORY, e);
	n = root < 0 ? root : mount_apply(r->fds, root, &c, e);
	return n < 0 ? err_wrap(e, "make the mount namespace private: ") : 0;
}

static int mount_id(int fd, uint64_t *out, struct err *e)
{
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) < 0)
		return err_set(e, errno, "statx");
	if (!(sx.stx_mask & STATX_MNT_ID))
		return err_set(e, ENOSYS, "a shared root needs mount ids (Linux 5.8)");
	*out = sx.stx_mnt_id;
	return 0;
}

/* The root directory of the mount that a directory is in. */
static int open_mount_root(int dir, struct err *e)
{
	autofd int fd = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat here, above;
	uint64_t want, id;
	int n = fd < 0 ? err_set(e, errno, "open .") : mount_id(fd, &want, e);

	while (n >= 0) {
		autofd int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (up < 0 || fstat(fd, &here) < 0 || fstat(up, &above) < 0)
			return err_set(e, errno, "open ..");
		n = mount_id(up, &id, e);
		if (n < 0)
			break;
		if (id != want || (here.st_dev == above.st_dev && here.st_ino == above.st_ino))
			return TAKE_FD(fd);
		fd_close_p(&fd);
		fd = TAKE_FD(up);
	}
	return n;
}

/* The mount that the root is attached to must not pass it on to the host. */
static int make_parent_private(struct rootfs *r, int root, struct err *e)
{
	const struct mount_change c = { .propagation = MS_PRIVATE };
	autofd int fd = -1;
	int n;

	if (!is_shared(r))
		return 0;
	fd = open_mount_root(root, e);
	n = fd < 0 ? fd : mount_apply(r->fds, fd, &c, e);
	return n < 0 ? err_wrap(e, "make the root's mount private: ") : 0;
}

/* The parent checked this directory; here it is opened again in our own mount namespace. */
static int open_same_root(const struct rootfs *r, struct err *e)
{
	autofd int fd = host_open(r->real_root, O_DIRECTORY, e);
	struct stat checked, found;

	if (fd < 0)
		return fd;
	if (fstat(r->root_fd, &checked) < 0 || fstat(fd, &found) < 0)
		return err_set(e, errno, "stat %s", r->real_root);
	if (checked.st_dev != found.st_dev || checked.st_ino != found.st_ino)
		return err_msg(e, ESTALE, "%s was replaced", r->real_root);
	return TAKE_FD(fd);
}

int pivot_bind_root(struct rootfs *r, struct err *e)
{
	const struct mount_change private = { .propagation = MS_PRIVATE };
	autofd int place = open_same_root(r, e);
	struct mount_bind b = { .source = place, .recursive = true };
	struct mount_at at;
	int fd, n;

	if (place < 0)
		return err_wrap(e, "invalid rootfs: ");
	n = make_parent_private(r, place, e);
	if (n < 0)
		return n;
	if (is_shared(r)) {
		b.changes = &private;
		b.n_changes = 1;
	}
	at = (struct mount_at){ .target = place, .root = -1, .path = r->real_root, .fds = r->fds };
	fd = mount_bind_attach(&at, &b, e);
	if (fd < 0)
		return err_wrap(e, "bind the root on itself: ");
	fd_close_p(&r->root_fd);
	r->root_fd = fd;
	return 0;
}

/* The host's tree is now on top of ours at "/", and the working directory is in it. */
static int drop_old_root(struct rootfs *r, int old, struct err *e)
{
	const struct mount_change slave = { .propagation = MS_SLAVE, .recursive = true };
	int n = 0;

	if (fchdir(old) < 0)
		return err_set(e, errno, "chdir to the old root");
	/* Unmounting shared mounts would unmount the host's. */
	if (is_shared(r))
		n = mount_apply(r->fds, old, &slave, e);
	if (n < 0)
		return n;
	if (umount2(".", MNT_DETACH) < 0)
		return err_set(e, errno, "unmount the old root");
	return chdir("/") < 0 ? err_set(e, errno, "chdir to the new root") : 0;
}

static int enter_by_pivot(struct rootfs *r, struct err *e)
{
	autofd int old = host_open("/", O_DIRECTORY, e);

	if (old < 0)
		return old;
	if (fchdir(r->root_fd) < 0)
		return err_set(e, errno, "chdir to the root");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return err_set(e, errno, "pivot_root");
	return drop_old_root(r, old, e);
}

/* A procfs or sysfs of the host left in this namespace would be one without masks: it goes, or,
 * where it is locked, something empty covers it. */
static int hide(const char *path, struct err *e)
{
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return err_set(e, errno, "unmount %s", path);
	if (mount("tmpfs", path, "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=2") < 0)
		return err_set(e, errno, "cover %s", path);
	return 0;
}

static int hide_host_views(struct rootfs *r, struct err *e)
{
	_cleanup_(mountinfo_done) struct mountinfo info = { 0 };
	int n = mountinfo_read(r->proc, &info, e);

	/* From the last, because a mount may be below another. */
	for (size_t i = info.n; i-- > 0 && n >= 0;) {
		const struct mountinfo_entry *m = &info.v[i];

		if (!str_eq(m->type, "proc") && !str_eq(m->type, "sysfs"))
			continue;
		if (!path_below(m->path, r->real_root))
			n = hide(m->path, e);
	}
	return n;
}

static int enter_by_move(struct rootfs *r, struct err *e)
{
	int n = hide_host_views(r, e);

	if (n < 0)
		return n;
	if (fchdir(r->root_fd) < 0)
		return err_set(e, errno, "chdir to the root");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return err_set(e, errno, "move the root to /");
	if (chroot(".") < 0)
		return err_set(e, errno, "chroot");
	return chdir("/") < 0 ? err_set(e, errno, "chdir to the new root") : 0;
}

int pivot_enter(struct rootfs *r, struct err *e)
{
	uint64_t flags = (uint64_t)propagation_of(r);
	const struct mount_change c = {
		.propagation = flags & ~(uint64_t)MS_REC,
		.recursive = flags & MS_REC,
	};
	int n = r->no_pivot ? enter_by_move(r, e) : enter_by_pivot(r, e);

	if (n < 0)
		return n;
	n = mount_apply(r->fds, r->root_fd, &c, e);
	return n < 0 ? err_wrap(e, "linux.rootfsPropagation: ") : 0;
}
