/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "core/strv.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* One empty directory and nothing more: a second inode is the least that the kernel grants. */
static char *const mask_data[] = { "nr_blocks=1", "nr_inodes=2", NULL };

/* What masks a path: made at the first that needs it, shown again for each further one. */
struct masks {
	int null; /* the null device where it was first mounted; -1 */
	int dir;  /* the empty tmpfs where it was first mounted; -1 */
	dev_t dir_dev;
};

static void masks_done(struct masks *m)
{
	fd_close_p(&m->null);
	fd_close_p(&m->dir);
}

static char *const *masked_paths(const struct rootfs *r)
{
	return r->config->linux_ ? r->config->linux_->masked_paths : NULL;
}

/*
 * The host's, not the container's, which may be anything (CVE-2025-31133). A detached copy is
 * kept, because the host's mounts are out of reach once the root has changed. Kernels without
 * detached copies fall back on the container's, which is checked as well.
 */
int mask_open_null(struct rootfs *r, struct err *e)
{
	autofd int tree = -1;
	int n;

	if (!masked_paths(r) || !*masked_paths(r))
		return 0;
	tree = mount_tree_clone_host("/dev/null", e);
	if (tree == -ENOSYS)
		return 0;
	n = tree < 0 ? tree : verify_null_device(tree, e);
	if (n < 0)
		return err_wrap(e, "the host's /dev/null: ");
	r->null_tree = TAKE_FD(tree);
	return 0;
}

static int open_own_null(struct rootfs *r, struct err *e)
{
	autofd int fd = inroot_open(r->root_fd, "/dev/null", O_PATH | O_NOFOLLOW, e);
	int n = fd < 0 ? fd : verify_null_device(fd, e);

	return n < 0 ? n : TAKE_FD(fd);
}

/* Read-only, or the container's root could chmod the host's /dev/null through its mask; writing
 * to a device needs no writable mount. The copies made of the first keep it. */
static int mask_file(struct rootfs *r, struct masks *m, const struct mount_at *at, struct err *e)
{
	const struct mount_change c = {
		.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	};
	struct mount_bind b = { .source = m->null, .changes = &c, .n_changes = m->null < 0 };
	autofd int own = -1;
	int fd;

	if (b.source < 0 && r->null_tree >= 0) {
		b.source = r->null_tree;
		b.is_tree = true;
	} else if (b.source < 0) {
		b.source = own = open_own_null(r, e);
		if (own < 0)
			return own;
	}
	fd = mount_bind_attach(at, &b, e);
	if (fd < 0)
		return fd;
	if (m->null < 0)
		m->null = fd;
	else
		fd_close(fd);
	return 0;
}

static int mask_first_dir(struct masks *m, const struct mount_at *at, struct err *e)
{
	const struct mount_fs fs = {
		.type = "tmpfs",
		.source = "tmpfs",
		.attr = MOUNT_ATTR_RDONLY,
		.super = MS_RDONLY,
		.data = mask_data,
	};
	struct stat st;
	int fd = mount_fs_attach(at, &fs, e);

	if (fd < 0)
		return fd;
	m->dir = fd;
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat the mask");
	m->dir_dev = st.st_dev;
	return 0;
}

static int mask_dir(struct masks *m, const struct mount_at *at, struct err *e)
{
	const struct mount_bind b = { .source = m->dir };
	int fd;

	if (m->dir < 0)
		return mask_first_dir(m, at, e);
	fd = mount_bind_attach(at, &b, e);
	if (fd < 0)
		return fd;
	fd_close(fd);
	return 0;
}

/*
 * One for each path: whether it was covered, and is to be looked at again when all are. What was
 * not there is looked for once: no cover brings it out, and who could make it between two looks
 * could make it after them, too.
 */
static bool *flags_for(char *const *paths)
{
	return xcalloc(paths ? strv_len(paths) + 1 : 1, sizeof(bool));
}

/* Only a path that is not there needs no mask: every other failure is one to mask. */
static int open_to_cover(int root, const char *path, struct err *e)
{
	int fd = inroot_open(root, path, O_PATH, NULL);

	return fd < 0 && fd != -ENOENT ? err_set(e, -fd, "open %s", path) : fd;
}

static struct mount_at place_of(const struct rootfs *r, int root, const char *path, int target)
{
	return (struct mount_at){ .target = target, .root = root, .path = path, .fds = r->fds };
}

/* Returns 1, 0 when there was nothing to mask, or -errno. */
static int mask_one(struct rootfs *r, struct masks *m, const char *path, struct err *e)
{
	autofree char *clean = path_clean(path);
	const char *below;
	int root = rootfs_view(r, clean, &below);
	autofd int target = open_to_cover(root, below, e);
	const struct mount_at at = place_of(r, root, below, target);
	struct stat st;
	int n;

	if (target < 0)
		return target == -ENOENT ? 0 : target;
	if (fstat(target, &st) < 0)
		return err_set(e, errno, "stat");
	n = S_ISDIR(st.st_mode) ? mask_dir(m, &at, e) : mask_file(r, m, &at, e);
	return n < 0 ? n : 1;
}

static int mask_verify(const struct rootfs *r, const struct masks *m, const char *path,
		       struct err *e)
{
	autofree char *clean = path_clean(path);
	const char *below;
	int root = rootfs_view(r, clean, &below);

	return verify_masked(root, below, m->dir_dev, e);
}

int mask_paths(struct rootfs *r, struct err *e)
{
	_cleanup_(masks_done) struct masks m = { .null = -1, .dir = -1 };
	char *const *paths = masked_paths(r);
	autofree bool *covered = flags_for(paths);
	int n = 0;

	for (size_t i = 0; paths && paths[i]; i++) {
		n = mask_one(r, &m, paths[i], e);
		if (n < 0)
			return err_wrap(e, "can't mask path \"%s\": ", paths[i]);
		covered[i] = n;
	}
	for (size_t i = 0; paths && paths[i]; i++)
		if (covered[i] && mask_verify(r, &m, paths[i], e) < 0)
			return err_wrap(e, "can't mask path \"%s\": ", paths[i]);
	fd_close_p(&r->null_tree);
	return 0;
}

/* Returns 1, 0 when there was nothing to make read-only, or -errno. */
static int readonly_one(struct rootfs *r, const char *path, struct err *e)
{
	const struct mount_change c = {
		.set = MOUNT_ATTR_RDONLY,
		.recursive = mount_apply_is_recursive(),
	};
	autofree char *clean = path_clean(path);
	const char *below;
	int root = rootfs_view(r, clean, &below);
	autofd int target = open_to_cover(root, below, e), fd = -1;
	const struct mount_at at = place_of(r, root, below, target);
	const struct mount_bind b = {
		.source = target,
		.recursive = true,
		.changes = &c,
		.n_changes = 1,
	};

	if (target < 0)
		return target == -ENOENT ? 0 : target;
	fd = mount_bind_attach(&at, &b, e);
	return fd < 0 ? fd : 1;
}

static int readonly_verify(const struct rootfs *r, const char *path, struct err *e)
{
	autofree char *clean = path_clean(path);
	const char *below;
	int root = rootfs_view(r, clean, &below);

	return verify_readonly(root, below, e);
}

int mask_readonly_paths(struct rootfs *r, struct err *e)
{
	char *const *paths = r->config->linux_ ? r->config->linux_->readonly_paths : NULL;

	autofree bool *covered = flags_for(paths);
	int n = 0;

	for (size_t i = 0; paths && paths[i]; i++) {
		n = readonly_one(r, paths[i], e);
		if (n < 0)
			return err_wrap(e, "can't make \"%s\" read-only: ", paths[i]);
		covered[i] = n;
	}
	for (size_t i = 0; paths && paths[i]; i++)
		if (covered[i] && readonly_verify(r, paths[i], e) < 0)
			return err_wrap(e, "can't make \"%s\" read-only: ", paths[i]);
	return 0;
}
