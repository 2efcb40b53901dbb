/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/mount_old.h"
#include "core/inroot.h"
#include "core/str.h"
#include "engine/fs/host.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct mount_call {
	int source_fd;	    /* >= 0: the source is this descriptor */
	const char *source; /* or this text, or NULL */
	int target;
	const char *name; /* below the target, or NULL */
	const char *type;
	unsigned long flags;
	const char *data;
};

static int call_there(const struct mount_call *c)
{
	char source[16], target[16 + NAME_MAX];

	snprintf(source, sizeof(source), "%d", c->source_fd);
	snprintf(target, sizeof(target), "%d%s%s", c->target, c->name ? "/" : "",
		 c->name ? c->name : "");
	if (mount(c->source_fd >= 0 ? source : c->source, target, c->type, c->flags, c->data) < 0)
		return -errno;
	return 0;
}

/* "7" below /proc/self/fd is the descriptor itself: nothing of the container's is resolved. */
static int call(int fds, const struct mount_call *c, struct err *e)
{
	autofd int back = host_open(".", O_DIRECTORY, e);
	int r;

	if (back < 0)
		return back;
	if (fchdir(fds) < 0)
		return err_set(e, errno, "chdir to the descriptor directory");
	r = call_there(c);
	if (fchdir(back) < 0)
		return err_set(e, errno, "chdir back");
	return r < 0 ? err_set(e, -r, "mount") : 0;
}

static char *join_data(const struct mount_fs *fs)
{
	autostr s = { 0 };

	for (char *const *d = fs->data; d && *d; d++)
		str_addf(&s, "%s%s", s.len ? "," : "", *d);
	if (fs->mode)
		str_addf(&s, "%smode=%s", s.len ? "," : "", fs->mode);
	if (fs->context)
		str_addf(&s, "%scontext=\"%s\"", s.len ? "," : "", fs->context);
	return str_take(&s);
}

static int open_again(const struct mount_at *at, struct err *e)
{
	if (at->name)
		return inroot_open(at->target, at->name, O_PATH | O_NOFOLLOW, e);
	if (at->root >= 0)
		return inroot_open(at->root, at->path, O_PATH, e);
	return host_open(at->path, 0, e);
}

/* Another mount at the same place than the one the target was in, or none was made there. */
static int reopen(const struct mount_at *at, struct err *e)
{
	struct statx before, after;
	autofd int fd = open_again(at, e);

	if (fd < 0)
		return fd;
	if (statx(at->target, "", AT_EMPTY_PATH, STATX_MNT_ID, &before) < 0 ||
	    statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &after) < 0)
		return err_set(e, errno, "stat what was mounted");
	/* Without mount ids (before Linux 5.8) there is nothing to compare. */
	if ((after.stx_mask & STATX_MNT_ID) && before.stx_mnt_id == after.stx_mnt_id)
		return err_msg(e, EAGAIN, "the mount point was replaced during the mount");
	return TAKE_FD(fd);
}

int mount_old_fs(const struct mount_at *at, const struct mount_fs *fs, struct err *e)
{
	autofree char *data = join_data(fs);
	const struct mount_call c = {
		.source_fd = -1,
		.source = fs->source,
		.target = at->target,
		.name = at->name,
		.type = fs->type,
		.flags = (unsigned long)fs->super | mount_attr_to_ms(fs->attr),
		.data = *data ? data : NULL,
	};
	int r = call(at->fds, &c, e);

	return r < 0 ? r : reopen(at, e);
}

int mount_old_bind(const struct mount_at *at, int source, bool recursive, struct err *e)
{
	const struct mount_call c = {
		.source_fd = source,
		.target = at->target,
		.name = at->name,
		.flags = MS_BIND | (recursive ? MS_REC : 0),
	};
	struct stat want, got;
	autofd int fd = -1;
	int r = call(at->fds, &c, e);

	if (r < 0)
		return r;
	fd = reopen(at, e);
	if (fd < 0)
		return fd;
	if (fstat(source, &want) < 0 || fstat(fd, &got) < 0)
		return err_set(e, errno, "stat what was bound");
	if (want.st_dev != got.st_dev || want.st_ino != got.st_ino)
		return err_msg(e, EAGAIN, "the mount point was replaced during the mount");
	return TAKE_FD(fd);
}

/* The present flags as MS_*: a remount replaces them all. */
static int flags_now(int fd, unsigned long *out, struct err *e)
{
	static const struct {
		unsigned long st, ms;
	} bits[] = {
		{ ST_RDONLY, MS_RDONLY },     { ST_NOSUID, MS_NOSUID },
		{ ST_NODEV, MS_NODEV },	      { ST_NOEXEC, MS_NOEXEC },
		{ ST_NOATIME, MS_NOATIME },   { ST_NODIRATIME, MS_NODIRATIME },
		{ ST_RELATIME, MS_RELATIME },
	};
	struct statvfs sv;

	if (fstatvfs(fd, &sv) < 0)
		return err_set(e, errno, "statfs of the mount");
	*out = 0;
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (sv.f_flag & bits[i].st)
			*out |= bits[i].ms;
	return 0;
}

static int remount(int fds, int fd, const struct mount_change *c, struct err *e)
{
	struct mount_call call_ = { .source_fd = -1, .target = fd };
	unsigned long flags = 0;
	int r = flags_now(fd, &flags, e);

	if (r < 0)
		return r;
	if (c->clear & MOUNT_ATTR__ATIME)
		flags &= ~(unsigned long)(MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
	flags &= ~mount_attr_to_ms(c->clear & ~(uint64_t)MOUNT_ATTR__ATIME);
	call_.flags = flags | mount_attr_to_ms(c->set) | MS_BIND | MS_REMOUNT;
	return call(fds, &call_, e);
}

int mount_old_apply(int fds, int fd, const struct mount_change *c, struct err *e)
{
	const struct mount_call spread = {
		.source_fd = -1,
		.target = fd,
		.flags = (unsigned long)c->propagation | (c->recursive ? MS_REC : 0),
	};
	int r = 0;

	if ((c->set || c->clear) && c->recursive)
		return err_set(e, ENOSYS, "recursive mount attributes need Linux 5.12");
	if (c->set || c->clear)
		r = remount(fds, fd, c, e);
	if (c->propagation && r >= 0)
		r = call(fds, &spread, e);
	return r;
}
