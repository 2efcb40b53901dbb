/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* A tmpfs where there was no directory is as open as /tmp. */
#define TMPFS_MODE_DEFAULT 01777

static bool is_type(const struct mount_op *op, const char *type)
{
	return str_eq(op->mount->type, type);
}

static bool is_kernel_view(const struct mount_op *op)
{
	return is_type(op, "proc") || is_type(op, "sysfs");
}

/* The default where the directory is still to be made. */
static int covered_mode(const struct rootfs *r, const struct mount_op *op, struct err *e)
{
	struct stat st;
	autofd int fd = inroot_open(r->root_fd, op->dest, O_PATH | O_DIRECTORY, e);

	if (fd == -ENOENT)
		return TMPFS_MODE_DEFAULT;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", op->dest);
	return st.st_mode & 07777;
}

static const char *label_of(const struct rootfs *r)
{
	const struct oci_linux *l = r->config->linux_;

	return l && l->mount_label && *l->mount_label ? l->mount_label : NULL;
}

/* File systems that label each file themselves refuse context=. */
static const char *context_of(const struct rootfs *r, const struct mount_op *op)
{
	if (is_kernel_view(op) || is_type(op, "mqueue") || is_type(op, "cgroup2") ||
	    mount_data_has(op->options.data, "context"))
		return NULL;
	return label_of(r);
}

static int label_root(const struct rootfs *r, const struct mount_op *op, int fd, struct err *e)
{
	const char *label = label_of(r);
	autofd int dir = -1;

	if (!label || !is_type(op, "mqueue"))
		return 0;
	dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fsetxattr(dir, "security.selinux", label, strlen(label) + 1, 0) < 0)
		return err_set(e, errno, "set the label %s", label);
	return 0;
}

static int open_target(struct rootfs *r, const struct mount_op *op, struct target *t, struct err *e)
{
	const struct target_root where = target_root_of(r);
	enum target_kind kind = is_kernel_view(op) ? TARGET_REAL_DIR : target_kind_of_dir(op->dest);
	int n = target_open(&where, op->dest, kind, t, e);

	if (n == -ENOTDIR && kind == TARGET_REAL_DIR)
		return err_wrap(e, "filesystem \"%s\" ", op->mount->type);
	return n;
}

/* What could not be in force from the first moment: things inside had to be made before. */
static int finish(struct rootfs *r, const struct mount_op *op, int covered, int fd, struct err *e)
{
	const struct mount_options *o = &op->options;
	bool copy = o->words & MOUNT_OPT_TMPCOPYUP;
	const struct mount_change readonly = {
		.set = copy ? o->top.set & MOUNT_ATTR_RDONLY : 0,
	};
	int n = copy ? copyup(covered, fd, e) : 0;

	if (n >= 0)
		n = label_root(r, op, fd, e);
	if (n >= 0)
		n = mount_apply(r->fds, fd, &readonly, e);
	if (n >= 0)
		n = mount_apply(r->fds, fd, &o->all, e);
	for (size_t i = 0; i < o->n_propagations && n >= 0; i++)
		n = mount_apply(r->fds, fd, &o->propagations[i], e);
	return n;
}

static struct mount_fs describe(const struct rootfs *r, const struct mount_op *op)
{
	const struct mount_options *o = &op->options;
	struct mount_fs fs = {
		.type = op->mount->type,
		.source = op->mount->source,
		.attr = o->top.set,
		.super = o->super,
		.data = o->data,
		.context = context_of(r, op),
	};

	/* A tmpfs stays writable below its mount, so that "/dev" can be filled. */
	if ((fs.attr & MOUNT_ATTR_RDONLY) && !is_type(op, "tmpfs"))
		fs.super |= MS_RDONLY;
	if (o->words & MOUNT_OPT_TMPCOPYUP)
		fs.attr &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	return fs;
}

/* The mode that a tmpfs takes when its options give none. */
static int inherit_mode(const struct rootfs *r, const struct mount_op *op, char mode[8],
			struct mount_fs *fs, struct err *e)
{
	int n;

	if (!op->needs_mode)
		return 0;
	n = covered_mode(r, op, e);
	if (n < 0)
		return n;
	snprintf(mode, 8, "%o", (unsigned)n & 07777u);
	fs->mode = mode;
	return 0;
}

static int open_mapped(struct rootfs *r, struct mount_op *op, struct err *e)
{
	struct mount_fs fs = describe(r, op);
	autofd int tree = -1;
	char mode[8];
	int n;

	n = inherit_mode(r, op, mode, &fs, e);
	if (n < 0)
		return n;
	tree = mount_fs_create(&fs, e);
	if (tree == -ENOSYS)
		return err_set(e, ENOSYS, "id mappings of a new file system");
	if (tree < 0)
		return tree;
	n = idmap_apply(r, op, tree, e);
	if (n < 0)
		return n;
	op->source_fd = TAKE_FD(tree);
	op->source_is_tree = true;
	return 0;
}

int filesystem_open_mapped(struct rootfs *r, struct err *e)
{
	for (size_t i = 0; i < r->plan->n; i++) {
		struct mount_op *op = &r->plan->ops[i];

		if (op->kind == MOUNT_OP_FS && mount_op_is_mapped(op) && open_mapped(r, op, e) < 0)
			return mount_op_wrap(op, e);
	}
	return 0;
}

static int attach(const struct mount_at *at, const struct mount_op *op, const struct mount_fs *fs,
		  struct err *e)
{
	autofd int tree = -1;
	int n;

	if (!op->source_is_tree)
		return mount_fs_attach(at, fs, e);
	tree = fcntl(op->source_fd, F_DUPFD_CLOEXEC, 3);
	if (tree < 0)
		return err_set(e, errno, "dup");
	n = mount_tree_attach(at, tree, e);
	return n < 0 ? n : TAKE_FD(tree);
}

int filesystem_mount(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	struct mount_fs fs = describe(r, op);
	struct target t = { .fd = -1 };
	struct mount_at at;
	autofd int covered = -1, fd = -1;
	char mode[8];
	int n;

	n = inherit_mode(r, op, mode, &fs, e);
	if (n < 0)
		return n;
	n = open_target(r, op, &t, e);
	if (n < 0)
		return n;
	covered = t.fd;
	n = plan_check_proc(t.resolved, op->dest, is_type(op, "proc"), e);
	if (n < 0)
		return n;
	at = mount_at_of(r, op->dest, covered);
	fd = attach(&at, op, &fs, e);
	if (fd < 0)
		return fd;
	n = finish(r, op, covered, fd, e);
	if (n >= 0)
		rootfs_covered(r, t.resolved, is_type(op, "tmpfs"), &fd);
	return n;
}
