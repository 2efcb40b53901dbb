/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/cgroup.h"
#include "engine/cgroup/layout.h"
#include "engine/fs/host.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_MODE 0755
#define VIEW_ATTR (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static char *const view_data[] = { "mode=755", NULL };

/* The container's view under construction. */
struct view {
	struct rootfs *r;
	/* The options: for the whole view at once, or where the kernel cannot, for each mount. */
	struct mount_change change;
	bool at_once;
	int dir; /* the tmpfs that holds the hierarchies */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* In a user namespace without a cgroup namespace the container's root could otherwise write to
 * cgroups of the host that its user owns (CVE-2023-25809). */
static struct mount_change change_of(const struct rootfs *r, const struct mount_op *op)
{
	struct mount_change c = op->options.top;

	c.set |= op->options.all.set;
	c.clear |= op->options.all.clear & ~c.set;
	if (r->new_userns && !r->new_cgroupns)
		c.set |= MOUNT_ATTR_RDONLY;
	return c;
}

/* Where the container's own cgroup in a hierarchy is, if it has one there; heap. */
static char *own_path(const struct rootfs *r, const struct cgroup_hierarchy *h)
{
	const char *path = r->cgroup_path;

	if (r->cgroup_paths && r->cgroup_paths->n)
		path = strmap_get(r->cgroup_paths, h->name);
	/* Without a cgroup of its own there it stays in the caller's. */
	if (!path || !*path)
		path = h->own_path;
	return xasprintf("%s%s%s", h->mountpoint, *path == '/' ? "" : "/", path);
}

/* An fd, or -ENOENT. */
static int open_own(const struct rootfs *r, const struct cgroup_hierarchy *h, struct err *e)
{
	autofree char *path = NULL;
	int fd;

	if (!r->cgroup_path)
		return -ENOENT;
	path = own_path(r, h);
	fd = host_open(path, O_DIRECTORY | O_NOFOLLOW, NULL);
	return fd < 0 && fd != -ENOENT ? err_set(e, -fd, "open %s", path) : fd;
}

static int make_dir(const struct view *v, const char *name, struct err *e)
{
	return mkdirat(v->dir, name, DIR_MODE) < 0 ? err_set(e, errno, "mkdir %s", name) : 0;
}

/* The short way: by name (no symlink is in a hierarchy, and only the host's root can rename there),
 * and with nothing to change, because that is done for all at once. */
static int show_copy(const struct view *v, const struct cgroup_hierarchy *h, struct err *e)
{
	const char *name = base_name(h->mountpoint);
	const struct mount_at at = { .target = v->dir, .name = name };
	autofree char *path = v->r->cgroup_path ? own_path(v->r, h) : NULL;
	autofd int tree = path ? mount_tree_clone_host(path, e) : -ENOENT;
	int n;

	if (tree < 0)
		return tree == -ENOENT ? 0 : tree;
	n = make_dir(v, name, e);
	return n < 0 ? n : mount_tree_attach(&at, tree, e);
}

static int show_opened(const struct view *v, const struct cgroup_hierarchy *h, struct err *e)
{
	const char *name = base_name(h->mountpoint);
	const struct mount_at at = { .target = v->dir, .name = name, .fds = v->r->fds };
	struct mount_bind b = { .changes = &v->change, .n_changes = !v->at_once };
	autofd int own = open_own(v->r, h, e), fd = -1;
	int n;

	if (own < 0)
		return own == -ENOENT ? 0 : own;
	n = make_dir(v, name, e);
	if (n < 0)
		return n;
	b.source = own;
	fd = mount_bind_attach(&at, &b, e);
	return fd < 0 ? fd : 0;
}

static int show_by_bind(const struct view *v, const struct cgroup_hierarchy *h, struct err *e)
{
	int n = v->at_once ? show_copy(v, h, e) : -ENOSYS;

	return n == -ENOSYS ? show_opened(v, h, e) : n;
}

/* "cpu,cpuacct" is two words for mount; a hierarchy without controllers goes by its name. */
static char **mount_words(const char *name)
{
	char **words;

	if (controllers_parse(name))
		return strv_split(name, ',');
	words = strv_new();
	strv_push(&words, "none");
	strv_push_take(&words, xasprintf("name=%s", name));
	return words;
}

static int show_by_mount(const struct view *v, const struct cgroup_hierarchy *h, struct err *e)
{
	const char *name = base_name(h->mountpoint);
	const struct mount_at at = { .target = v->dir, .name = name, .fds = v->r->fds };
	autostrv char **words = mount_words(h->name);
	const struct mount_fs fs = {
		.type = "cgroup",
		.source = "cgroup",
		.attr = v->change.set,
		.data = words,
	};
	autofd int fd = -1;
	int n = make_dir(v, name, e);

	if (n < 0)
		return n;
	fd = mount_fs_attach(&at, &fs, e);
	return fd < 0 ? fd : 0;
}

/* Controllers mounted together are found under each one's name, too. */
static int link_names(const struct view *v, const char *dir_name, struct err *e)
{
	autostrv char **names = strchr(dir_name, ',') ? strv_split(dir_name, ',') : NULL;

	for (size_t i = 0; names && names[i]; i++)
		if (symlinkat(dir_name, v->dir, names[i]) < 0 && errno != EEXIST)
			return err_set(e, errno, "symlink %s", names[i]);
	return 0;
}

static int show_each(const struct view *v, struct err *e)
{
	int n = 0;

	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h && h->name && n >= 0; h++) {
		/* On a hybrid host the v2 hierarchy has none of the container's limits. */
		if (h->v2)
			continue;
		n = v->r->new_cgroupns ? show_by_mount(v, h, e) : show_by_bind(v, h, e);
		if (n >= 0)
			n = link_names(v, base_name(h->mountpoint), e);
		if (n < 0)
			return err_wrap(e, "cgroup hierarchy %s: ", h->name);
	}
	return 0;
}

static int show_v1(struct rootfs *r, const struct mount_op *op, const struct mount_at *at,
		   struct err *e)
{
	const struct oci_linux *l = r->config->linux_;
	struct view v = {
		.r = r,
		.change = change_of(r, op),
		.at_once = mount_apply_is_recursive(),
	};
	const struct mount_fs fs = {
		.type = "tmpfs",
		.source = "tmpfs",
		.attr = (v.change.set | VIEW_ATTR) & ~(uint64_t)MOUNT_ATTR_RDONLY,
		.data = view_data,
		.context = l && l->mount_label && *l->mount_label ? l->mount_label : NULL,
	};
	autofd int dir = mount_fs_attach(at, &fs, e);
	int n;

	if (dir < 0)
		return dir;
	v.dir = dir;
	v.change.recursive = v.at_once;
	n = show_each(&v, e);
	return n < 0 ? n : mount_apply(r->fds, dir, &v.change, e);
}

static const struct cgroup_hierarchy *find_v2(void)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();

	while (h && h->name && !h->v2)
		h++;
	return h && h->name ? h : NULL;
}

static int bind_v2(struct rootfs *r, const struct mount_op *op, const struct mount_at *at,
		   struct err *e)
{
	const struct mount_change c = change_of(r, op);
	const struct cgroup_hierarchy *h = find_v2();
	struct mount_bind b = { .changes = &c, .n_changes = 1 };
	autofd int own = h ? open_own(r, h, e) : -ENOENT, fd = -1;

	if (own < 0)
		return own == -ENOENT ? err_msg(e, ENODEV, "the container has no cgroup") : own;
	b.source = own;
	fd = mount_bind_attach(at, &b, e);
	return fd < 0 ? fd : 0;
}

/* With a namespace its root is what a new mount shows; without one, or where the kernel refuses
 * (an owner from outside), the container's own cgroup is bound. */
static int show_v2(struct rootfs *r, const struct mount_op *op, const struct mount_at *at,
		   struct err *e)
{
	const struct mount_fs fs = {
		.type = "cgroup2",
		.source = op->mount->source,
		.attr = change_of(r, op).set,
		.data = op->options.data,
	};
	autofd int fd = -1;

	if (!r->new_cgroupns)
		return bind_v2(r, op, at, e);
	fd = mount_fs_attach(at, &fs, e);
	if (fd == -EPERM || fd == -EBUSY)
		return bind_v2(r, op, at, e);
	return fd < 0 ? fd : 0;
}

int cgroup_view_mount(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	const struct target_root where = target_root_of(r);
	struct target t = { .fd = -1 };
	struct mount_at at;
	autofd int target = -1;
	int n = target_open(&where, op->dest, TARGET_DIR, &t, e);

	if (n < 0)
		return n;
	target = t.fd;
	n = plan_check_proc(t.resolved, op->dest, false, e);
	if (n < 0)
		return n;
	at = mount_at_of(r, op->dest, target);
	rootfs_forget_dev(r, t.resolved);
	return cgroup_layout() == CGROUP_V2 ? show_v2(r, op, &at, e) : show_v1(r, op, &at, e);
}
