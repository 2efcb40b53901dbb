/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "engine/fs/host.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define PROC_ROOT_INO 1

/* The host's side of a bind is the configuration's word: its symlinks count. */
static int open_host_source(const struct mount_op *op, struct err *e)
{
	int fd = host_open(op->source, 0, NULL);

	return fd < 0 ? err_set(e, -fd, "stat %s", op->source) : fd;
}

/*
 * A tree that the parent copied is only for what the child may not open: a copy made in the child's
 * user namespace keeps the host's flags locked, the parent's does not.
 */
static int open_source_early(struct mount_op *op, struct err *e)
{
	int fd;

	if (op->source_fd >= 0 && mount_op_is_mapped(op))
		return 0;
	fd = open_host_source(op, e);
	if (fd < 0)
		return op->source_fd >= 0 ? 0 : mount_op_wrap(op, e);
	fd_close_p(&op->source_fd);
	op->source_fd = fd;
	op->source_is_tree = false;
	return 0;
}

int bind_open_sources(struct rootfs *r, struct err *e)
{
	int n = 0;

	for (size_t i = 0; i < r->plan->n && n >= 0; i++) {
		struct mount_op *op = &r->plan->ops[i];

		if (op->kind == MOUNT_OP_BIND && !op->source_inside)
			n = open_source_early(op, e);
	}
	return n;
}

static bool needs_parent(const struct rootfs *r, const struct mount_op *op)
{
	return op->kind == MOUNT_OP_BIND && !op->source_inside &&
	       (r->new_userns || mount_op_is_mapped(op));
}

static bool is_shared(const struct rootfs *r)
{
	return r->config->linux_ && (r->config->linux_->rootfs_propagation & MS_SHARED);
}

/* Copied in the host's namespace, the tree is a peer of the host's mounts: what would be mounted
 * in it must not show there, unless the configuration shares it. */
static int open_tree_for(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	const struct mount_change slave = { .propagation = MS_SLAVE, .recursive = true };
	autofd int source = open_host_source(op, e), tree = -1;
	int n = 0;

	if (source < 0)
		return source;
	tree = mount_tree_clone(source, op->options.words & MOUNT_OPT_RECURSIVE, e);
	if (tree < 0)
		return tree;
	if (!is_shared(r))
		n = mount_apply(-1, tree, &slave, e);
	if (n >= 0)
		n = idmap_apply(r, op, tree, e);
	return n < 0 ? n : TAKE_FD(tree);
}

/* Whether the first @len bytes of a path of the host name the container's root. */
static bool is_root(const struct rootfs *r, const char *path, size_t len)
{
	autofree char *prefix = xstrndup(path, len);
	autofd int fd = host_open(prefix, O_DIRECTORY, NULL);
	struct stat root, st;

	return fd >= 0 && fstat(fd, &st) == 0 && fstat(r->root_fd, &root) == 0 &&
	       st.st_dev == root.st_dev && st.st_ino == root.st_ino;
}

/*
 * The plan compares texts; but a source may be spelled by another way to the bundle than the
 * canonical one, and what lies in the root is not to be trusted under any name. It is enough to
 * look where the root's own name comes.
 */
static void find_inside(const struct rootfs *r, struct mount_op *op)
{
	const char *name = strrchr(r->real_root, '/') + 1, *at = op->source;
	size_t n = strlen(name);

	while (n > 0 && (at = strstr(at, name))) {
		const char *rest = at + n;

		if (at > op->source && at[-1] == '/' && (*rest == '/' || !*rest) &&
		    is_root(r, op->source, (size_t)(rest - op->source))) {
			char *inside = path_clean(rest);

			free(op->source);
			op->source = inside;
			op->source_inside = true;
			return;
		}
		at = rest;
	}
}

int bind_open_trees(struct rootfs *r, struct err *e)
{
	for (size_t i = 0; i < r->plan->n; i++) {
		struct mount_op *op = &r->plan->ops[i];

		if (op->kind == MOUNT_OP_BIND && !op->source_inside)
			find_inside(r, op);
	}
	for (size_t i = 0; i < r->plan->n; i++) {
		struct mount_op *op = &r->plan->ops[i];

		if (!needs_parent(r, op))
			continue;
		op->source_fd = open_tree_for(r, op, e);
		/* A user without privilege has none to copy with: the child tries by itself. */
		if (op->source_fd == -EPERM && !mount_op_is_mapped(op))
			continue;
		if (op->source_fd < 0)
			return mount_op_wrap(op, e);
		op->source_is_tree = true;
	}
	return 0;
}

static int open_inside(const struct rootfs *r, const struct mount_op *op, struct err *e)
{
	int fd;

	if (mount_op_is_mapped(op))
		return err_set(e, ENOTSUP, "id mappings of a source inside the container");
	fd = inroot_open(r->root_fd, op->source, O_PATH, NULL);
	return fd < 0 ? err_set(e, -fd, "stat %s%s", r->real_root, op->source) : fd;
}

/* Whether it is a procfs's root, so that it may take the place of /proc. */
static bool is_proc_root(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC && fstat(fd, &st) == 0 &&
	       st.st_ino == PROC_ROOT_INO;
}

static int open_target(const struct rootfs *r, const struct mount_op *op, int source,
		       struct target *t, struct err *e)
{
	const struct target_root where = target_root_of(r);
	enum target_kind kind;
	struct stat st;
	int n;

	if (fstat(source, &st) < 0)
		return err_set(e, errno, "stat %s", op->source);
	kind = S_ISDIR(st.st_mode) ? target_kind_of_dir(op->dest) : TARGET_FILE;
	n = target_open(&where, op->dest, kind, t, e);
	if (n == -ENOTDIR && kind == TARGET_REAL_DIR)
		return err_wrap(e, "%s ", op->source);
	if (n == -EISDIR)
		return err_set(e, ENOTDIR, "mount %s, a file, on a directory", op->source);
	return n;
}

/* Private, slave, …; then the flags of the top; then those of the whole tree. */
static size_t list_changes(const struct mount_options *o, struct mount_change *out)
{
	size_t n = 0;

	for (; n < o->n_propagations; n++)
		out[n] = o->propagations[n];
	out[n++] = o->top;
	out[n++] = o->all;
	return n;
}

static int attach(struct rootfs *r, const struct mount_op *op, int source, struct err *e)
{
	struct mount_change changes[MOUNT_PROPAGATIONS_MAX + 2];
	struct target t = { .fd = -1 };
	struct mount_at at;
	autofd int target = -1, fd = -1;
	const struct mount_bind b = {
		.source = source,
		.is_tree = op->source_is_tree,
		.recursive = op->options.words & MOUNT_OPT_RECURSIVE,
		.changes = changes,
		.n_changes = list_changes(&op->options, changes),
	};
	int n = open_target(r, op, source, &t, e);

	if (n < 0)
		return n;
	target = t.fd;
	n = plan_check_proc(t.resolved, op->dest, is_proc_root(source), e);
	if (n < 0)
		return n;
	at = mount_at_of(r, op->dest, target);
	fd = mount_bind_attach(&at, &b, e);
	if (fd < 0)
		return fd;
	rootfs_covered(r, t.resolved, false, &fd);
	return 0;
}

int bind_mount(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	autofd int inside = -1;

	if (!op->source_inside)
		return attach(r, op, op->source_fd, e);
	inside = open_inside(r, op, e);
	return inside < 0 ? inside : attach(r, op, inside, e);
}

int bind_remount(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	const struct target_root where = target_root_of(r);
	const struct mount_options *o = &op->options;
	struct target t = { .fd = -1 };
	autofd int target = -1;
	int n = target_open(&where, op->dest, TARGET_EXISTING, &t, e);

	if (n < 0)
		return n;
	target = t.fd;
	n = mount_apply(r->fds, target, &o->top, e);
	if (n >= 0)
		n = mount_apply(r->fds, target, &o->all, e);
	for (size_t i = 0; i < o->n_propagations && n >= 0; i++)
		n = mount_apply(r->fds, target, &o->propagations[i], e);
	return n;
}
