/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/external.h"

#include "core/inroot.h"
#include "core/strv.h"
#include "engine/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* How they are called in the images. */
static const struct {
	int type;
	const char *criu; /* what CRIU calls its kind */
	const char *name;
} namespaces[] = {
	{ CLONE_NEWNET, "net", "extRootNetNS" },
	{ CLONE_NEWPID, "pid", "extRootPidNS" },
};

#define NULL_DEVICE "/dev/null"

void external_done(struct external *x)
{
	for (size_t i = 0; i < x->n_inherit; i++) {
		if (x->inherit[i].fd > STDERR_FILENO)
			(void)fd_close(x->inherit[i].fd);
		free(x->inherit[i].name);
	}
	for (size_t i = 0; i < x->n_sources; i++)
		(void)fd_close(x->sources[i]);
	free(x->sources);
	free(x->inherit);
	strv_free(x->list);
	*x = (struct external){ 0 };
}

void external_inherit(struct external *x, const char *name, int fd)
{
	x->inherit = xrealloc(x->inherit, x->n_inherit + 1, sizeof(*x->inherit));
	x->inherit[x->n_inherit++] = (struct criu_inherit){ .name = xstrdup(name), .fd = fd };
}

static void add(struct external *x, char *text)
{
	strv_push_take(&x->list, text);
}

bool external_is_masked_file(int root, const char *path)
{
	autofd int fd = inroot_open(root, path, O_PATH, NULL);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(1, 3) && !str_eq(path, NULL_DEVICE);
}

/* A mount of the host's in the container: @source, to restore; NULL to dump. */
static void add_mount(struct external *out, const char *dest, const char *source)
{
	add(out, xasprintf("mnt[%s]:%s", dest, source ? source : dest));
}

static bool has_cgroup_namespace(const struct oci_config *c)
{
	const struct oci_linux *l = c->linux_;

	for (size_t i = 0; l && i < l->n_namespaces; i++)
		if (l->namespaces[i].type == CLONE_NEWCGROUP)
			return true;
	return false;
}

/*
 * The host's, but for a mount of cgroup v2 that was made in a namespace. On v1 each hierarchy is a
 * mount of its own. @path: the container's cgroup, to restore; NULL to dump
 */
static void add_cgroup_mounts(const struct oci_config *c, const struct mount_op *op,
			      const char *path, struct external *out)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();
	bool v2 = cgroup_layout() == CGROUP_V2;

	for (; h->name; h++) {
		autofree char *source = path ? xasprintf("%s%s", h->mountpoint, path) : NULL;
		const char *slash = strrchr(h->mountpoint, '/');
		autofree char *dest = xasprintf("%s%s", op->dest, slash ? slash : "/");

		if (!v2)
			add_mount(out, dest, source);
		else if (!has_cgroup_namespace(c))
			add_mount(out, op->dest, source);
	}
}

void external_mounts_to_dump(const struct oci_config *c, const struct rootfs_plan *p, int root,
			     struct external *out)
{
	char **masked = c->linux_ ? c->linux_->masked_paths : NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct mount_op *op = &p->ops[i];

		if (op->kind == MOUNT_OP_BIND)
			add_mount(out, op->dest, NULL);
		else if (op->kind == MOUNT_OP_CGROUP)
			add_cgroup_mounts(c, op, NULL, out);
	}
	for (; masked && *masked; masked++)
		if (external_is_masked_file(root, *masked))
			add_mount(out, *masked, NULL);
}

/* A mount whose place is on another mount finds it there. */
static bool is_on_mount(const struct rootfs_plan *p, const struct mount_op *op)
{
	for (size_t i = 0; i < p->n; i++) {
		const char *rest = path_below(op->dest, p->ops[i].dest);

		if (&p->ops[i] != op && rest && *rest)
			return true;
	}
	return false;
}

/* Like init does before it mounts: the images do not hold the file system they are on. */
static int make_place(int root, const struct mount_op *op, bool directory, struct err *e)
{
	autofd int fd = inroot_open(root, op->dest, O_PATH, NULL);

	if (fd >= 0)
		return 0;
	fd = directory ? inroot_mkdir_all(root, op->dest, 0755, e) :
			 inroot_touch(root, op->dest, 0644, e);
	return fd < 0 ? err_wrap(e, "mount \"%s\": ", op->dest) : 0;
}

/* The source, as a path that CRIU can use; and whether it is a directory. */
static int find_source(const struct mount_op *op, int root, struct external *out, char **path,
		       bool *directory, struct err *e)
{
	autofd int fd = -1;
	struct stat st;

	fd = op->source_inside ? inroot_open(root, op->source, O_PATH, e) :
				 open(op->source, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return op->source_inside ?
			       err_wrap(e, "mount \"%s\": ", op->dest) :
			       err_set(e, errno, "mount \"%s\": open %s", op->dest, op->source);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "mount \"%s\": stat %s", op->dest, op->source);
	*directory = S_ISDIR(st.st_mode);
	*path = xstrdup(op->source);
	if (op->source_inside) {
		free(*path);
		*path = xasprintf("/proc/%d/fd/%d", (int)getpid(), fd);
		out->sources = xrealloc(out->sources, out->n_sources + 1, sizeof(int));
		out->sources[out->n_sources++] = TAKE_FD(fd);
	}
	return 0;
}

int external_mounts_to_restore(const struct oci_config *c, const struct rootfs_plan *p,
			       const char *cgroup, int root, struct external *out, struct err *e)
{
	char **masked = c->linux_ ? c->linux_->masked_paths : NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct mount_op *op = &p->ops[i];
		autofree char *source = NULL;
		bool directory = true;
		int r = 0;

		if (op->kind == MOUNT_OP_REMOUNT)
			continue;
		if (op->kind == MOUNT_OP_CGROUP)
			add_cgroup_mounts(c, op, cgroup, out);
		if (op->kind == MOUNT_OP_BIND)
			r = find_source(op, root, out, &source, &directory, e);
		if (r == 0 && !is_on_mount(p, op))
			r = make_place(root, op, directory, e);
		if (r < 0)
			return r;
		if (source)
			add_mount(out, op->dest, source);
	}
	for (; masked && *masked; masked++)
		add_mount(out, *masked, NULL_DEVICE);
	return 0;
}

/* Calls @each for every namespace that is joined and that CRIU can leave alone. */
static int each_joined(const struct oci_config *c, struct external *out,
		       int (*each)(size_t row, const char *path, struct external *out,
				   struct err *e),
		       struct err *e)
{
	const struct oci_linux *l = c->linux_;

	for (size_t i = 0; l && i < l->n_namespaces; i++) {
		for (size_t row = 0; row < ARRAY_SIZE(namespaces); row++) {
			int r;

			if (l->namespaces[i].type != namespaces[row].type || !l->namespaces[i].path)
				continue;
			r = each(row, l->namespaces[i].path, out, e);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int dump_namespace(size_t row, const char *path, struct external *out, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(e, errno, "namespace %s", path);
	add(out, xasprintf("%s[%lu]:%s", namespaces[row].criu, (unsigned long)st.st_ino,
			   namespaces[row].name));
	return 0;
}

int external_namespaces_to_dump(const struct oci_config *c, struct external *out, struct err *e)
{
	return each_joined(c, out, dump_namespace, e);
}

static int restore_namespace(size_t row, const char *path, struct external *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "namespace %s", path);
	external_inherit(out, namespaces[row].name, fd);
	return 0;
}

int external_namespaces_to_restore(const struct oci_config *c, struct external *out, struct err *e)
{
	return each_joined(c, out, restore_namespace, e);
}
