/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/layer_entry.h"

#include "core/inroot.h"
#include "orch/layer.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PARENT_MODE 0755
#define SPACE_CHECK_BYTES (16 << 20)

void layer_forget_parent(struct layer_target *t)
{
	t->dir = fd_close(t->dir);
	free(t->dir_path);
	t->dir_path = NULL;
}

int layer_parent(struct layer_target *t, const char *path, struct err *e)
{
	autofd int made = -1;
	int fd;

	if (t->dir_path && str_eq(t->dir_path, path))
		return t->dir;
	layer_forget_parent(t);
	fd = inroot_open(t->root, *path ? path : "/", O_RDONLY | O_DIRECTORY, e);
	if (fd == -ENOENT) {
		made = inroot_mkdir_all(t->root, path, PARENT_MODE, e);
		if (made < 0)
			return made;
		fd = openat(made, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return err_set(e, errno, "open %s", path);
	}
	if (fd < 0)
		return fd;
	t->dir = fd;
	t->dir_path = xstrdup(path);
	return fd;
}

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

/* Returns 1 and *st, 0 when there is nothing by that name. */
static int look(int parent, const char *name, struct stat *st, struct err *e)
{
	if (fstatat(parent, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_set(e, errno, "stat");
}

/* security.capability has the kernel's own format and checks; user.* is for programs. What tells
 * overlayfs something, or an LSM, is not an image's to say. */
static bool may_have(const char *name)
{
	return str_eq(name, "security.capability") ||
	       (str_starts(name, "user.") && !str_starts(name, "user.overlay."));
}

static int set_xattrs(int fd, struct archive_entry *entry, struct err *e)
{
	const void *value;
	const char *name;
	size_t n;

	(void)archive_entry_xattr_reset(entry); /* says how many there are */
	while (archive_entry_xattr_next(entry, &name, &value, &n) == ARCHIVE_OK)
		if (name && may_have(name) && fsetxattr(fd, name, value, n, 0) < 0)
			return err_set(e, errno, "set attribute %s", name);
	return 0;
}

static int owner_of(struct archive_entry *entry, uid_t *uid, gid_t *gid, struct err *e)
{
	la_int64_t u = archive_entry_uid(entry), g = archive_entry_gid(entry);

	/* -1 means "no change" to the kernel. */
	if (u < 0 || u >= UINT32_MAX || g < 0 || g >= UINT32_MAX)
		return err_msg(e, EINVAL, "owner %" PRId64 ":%" PRId64 " is out of range",
			       (int64_t)u, (int64_t)g);
	*uid = (uid_t)u;
	*gid = (gid_t)g;
	return 0;
}

static struct timespec time_of(struct archive_entry *entry)
{
	if (!archive_entry_mtime_is_set(entry))
		return (struct timespec){ 0 };
	return (struct timespec){ .tv_sec = archive_entry_mtime(entry),
				  .tv_nsec = archive_entry_mtime_nsec(entry) };
}

int layer_set_attributes(int fd, struct archive_entry *entry, bool time, struct err *e)
{
	struct timespec t = time_of(entry);
	const struct timespec times[2] = { t, t };
	uid_t uid;
	gid_t gid;
	int r;

	r = owner_of(entry, &uid, &gid, e);
	if (r < 0)
		return r;
	/* In this order: a change of owner takes capabilities and set-id bits away. */
	if (fchown(fd, uid, gid) < 0)
		return err_set(e, errno, "chown");
	r = set_xattrs(fd, entry, e);
	if (r < 0)
		return r;
	if (fchmod(fd, archive_entry_perm(entry) & 07777) < 0)
		return err_set(e, errno, "chmod");
	if (time && futimens(fd, times) < 0)
		return err_set(e, errno, "set the time");
	return 0;
}

/* Those that cannot be opened: symlinks, pipes. */
static int set_attributes_at(int parent, const char *name, struct archive_entry *entry,
			     struct err *e)
{
	struct timespec t = time_of(entry);
	const struct timespec times[2] = { t, t };
	uid_t uid;
	gid_t gid;
	int r;

	r = owner_of(entry, &uid, &gid, e);
	if (r < 0)
		return r;
	if (fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "chown");
	if (utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "set the time");
	return 0;
}

static int check_space(int fd, struct err *e)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return err_set(e, errno, "statvfs");
	if ((uint64_t)st.f_bavail * st.f_frsize < (uint64_t)LAYER_SPACE_MIN + SPACE_CHECK_BYTES)
		return err_set(e, ENOSPC, "less than %" PRId64 " MiB would be left on the disk",
			       LAYER_SPACE_MIN >> 20);
	return 0;
}

static int write_at(int fd, const char *block, size_t n, int64_t offset, struct err *e)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, block, n, offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set(e, done < 0 ? errno : EIO, "write");
		block += done;
		n -= (size_t)done;
		offset += done;
	}
	return 0;
}

/* Blocks come in order, with holes between them. */
static int copy_data(int fd, struct layer_stream *stream, int64_t size, struct err *e)
{
	int64_t offset, unchecked = SPACE_CHECK_BYTES;
	const void *block;
	size_t n;
	int r;

	while ((r = layer_stream_data(stream, &block, &n, &offset, e)) > 0) {
		if (offset < 0 || (int64_t)n > size - offset)
			return err_msg(e, EINVAL, "has more data than it says");
		unchecked += (int64_t)n;
		if (unchecked >= SPACE_CHECK_BYTES) {
			r = check_space(fd, e);
			if (r < 0)
				return r;
			unchecked = 0;
		}
		r = write_at(fd, block, n, offset, e);
		if (r < 0)
			return r;
	}
	if (r >= 0 && ftruncate(fd, size) < 0)
		return err_set(e, errno, "write");
	return r;
}

static int count_size(struct layer_target *t, int64_t size, struct err *e)
{
	if (size < 0 || size > t->sizes_max - t->sizes)
		return err_msg(e, EFBIG, "files of more than %" PRId64 " bytes", t->sizes_max);
	t->sizes += size;
	return 0;
}

int layer_make_file(struct layer_target *t, int parent, const char *name,
		    struct layer_stream *stream, struct archive_entry *entry, struct err *e)
{
	int64_t size = archive_entry_size(entry);
	autofd int fd = -1;
	int r;

	r = count_size(t, size, e);
	if (r >= 0)
		r = tree_remove(parent, name, e);
	if (r < 0)
		return r;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, errno, "create");
	r = size > 0 ? copy_data(fd, stream, size, e) : 0;
	return r < 0 ? r : layer_set_attributes(fd, entry, true, e);
}

int layer_make_dir(int parent, const char *name, struct archive_entry *entry, struct err *e)
{
	bool hides = false;
	autofd int fd = -1;
	struct stat st;
	int r;

	r = look(parent, name, &st, e);
	if (r < 0)
		return r;
	if (r > 0 && !S_ISDIR(st.st_mode)) {
		hides = is_whiteout(&st);
		r = tree_remove(parent, name, e);
		if (r < 0)
			return r;
	}
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return err_set(e, errno, "mkdir");
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open");
	r = layer_set_attributes(fd, entry, false, e);
	if (r >= 0 && hides)
		r = layer_make_opaque(fd, e);
	return r;
}

int layer_make_symlink(int parent, const char *name, struct archive_entry *entry, struct err *e)
{
	const char *target = archive_entry_symlink(entry);
	int r;

	if (!target || !*target)
		return err_msg(e, EINVAL, "a symbolic link to nothing");
	r = tree_remove(parent, name, e);
	if (r < 0)
		return r;
	if (symlinkat(target, parent, name) < 0)
		return err_set(e, errno, "symlink");
	return set_attributes_at(parent, name, entry, e);
}

int layer_make_fifo(int parent, const char *name, struct archive_entry *entry, struct err *e)
{
	int r = tree_remove(parent, name, e);

	if (r < 0)
		return r;
	if (mkfifoat(parent, name, archive_entry_perm(entry) & 0777) < 0)
		return err_set(e, errno, "mkfifo");
	return set_attributes_at(parent, name, entry, e);
}

/* What a link may be to: never a directory, a whiteout or another device. */
static bool may_be_linked(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISLNK(st->st_mode) || S_ISFIFO(st->st_mode);
}

int layer_make_link(struct layer_target *t, int parent, const char *name, const char *target,
		    struct err *e)
{
	autolayerpath to = { 0 };
	autofd int dir = -1;
	struct stat st, old;
	int r;

	r = layer_path_parse(target, &to, e);
	if (r < 0)
		return err_wrap(e, "a link to %s, which ", target);
	if (to.kind != LAYER_FILE)
		return err_msg(e, EINVAL, "a link to %s, which is no file", target);
	dir = inroot_open(t->root, *to.dir ? to.dir : "/", O_PATH | O_DIRECTORY, e);
	if (dir < 0)
		return err_wrap(e, "a link to %s: ", target);
	if (fstatat(dir, to.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "a link to %s", target);
	if (!may_be_linked(&st))
		return err_msg(e, EINVAL, "a link to %s, which is no file", target);
	r = look(parent, name, &old, e);
	if (r < 0)
		return r;
	if (r > 0 && old.st_ino == st.st_ino)
		return 0; /* it is there already, or links to itself */
	r = tree_remove(parent, name, e);
	if (r < 0)
		return r;
	return linkat(dir, to.name, parent, name, 0) < 0 ?
		       err_set(e, errno, "a link to %s", target) :
		       0;
}

int layer_make_opaque(int dir, struct err *e)
{
	return fsetxattr(dir, LAYER_OPAQUE_XATTR, "y", 1, 0) < 0 ?
		       err_set(e, errno, "set attribute " LAYER_OPAQUE_XATTR) :
		       0;
}

/* What this layer itself has by that name stays: a file hides what is below anyway. */
int layer_make_whiteout(int parent, const char *name, struct err *e)
{
	autofd int dir = -1;
	struct stat st;
	int r;

	r = look(parent, name, &st, e);
	if (r < 0)
		return r;
	if (r == 0)
		return mknodat(parent, name, S_IFCHR, makedev(0, 0)) < 0 ?
			       err_set(e, errno, "make a whiteout") :
			       0;
	if (!S_ISDIR(st.st_mode))
		return 0;
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno, "open");
	return layer_make_opaque(dir, e);
}
