/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/rootfs.h"
#include "core/inroot.h"
#include "core/procfs.h"
#include "engine/fs/host.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DEVPTS_MAGIC 0x1cd1
#define PTY_SLAVE_MAJOR_FIRST 136
#define PTY_SLAVE_MAJOR_LAST 143

/* The order is the meaning; tests/unit/test_rootfs_host.c looks at what each leaves. */
struct rootfs_step {
	int (*run)(struct rootfs *r, struct err *e);
};

static int run_steps(struct rootfs *r, const struct rootfs_step *steps, size_t n, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < n && ret >= 0; i++)
		ret = steps[i].run(r, e);
	return ret < 0 ? ret : 0;
}

/* The canonical name of a directory of the host; heap. */
static int canonical(int fds, int dir, char **out, struct err *e)
{
	char name[PATH_MAX];
	int n = fd_path(fds, dir, name, e);

	if (n < 0)
		return n;
	*out = xstrdup(name);
	return 0;
}

static int open_root(struct rootfs *r, int fds, struct err *e)
{
	int n;

	r->root_fd = host_open(r->root_path, O_DIRECTORY, NULL);
	n = r->root_fd < 0 ? err_set(e, -r->root_fd, "stat %s", r->root_path) :
			     canonical(fds, r->root_fd, &r->real_root, e);
	return n < 0 ? err_wrap(e, "invalid rootfs: ") : 0;
}

/* Only sources of binds may be relative to it. */
static int open_bundle(struct rootfs *r, int fds, char **out, struct err *e)
{
	autofd int fd = -1;

	if (!plan_has_binds(r->config)) {
		*out = xstrdup(r->bundle);
		return 0;
	}
	fd = host_open(r->bundle, O_DIRECTORY, e);
	return fd < 0 ? fd : canonical(fds, fd, out, e);
}

static int check(const struct rootfs *r, struct err *e)
{
	const struct oci_linux *l = r->config->linux_;

	if (!oci_namespace_get(r->config, CLONE_NEWNS))
		return err_msg(e, EINVAL, "linux.namespaces: a mount namespace is needed");
	if (r->no_pivot && l && (l->rootfs_propagation & MS_PRIVATE))
		return err_msg(e, EINVAL,
			       "linux.rootfsPropagation: [r]private is not safe "
			       "without pivot_root");
	return devices_check(l, e);
}

int rootfs_open(struct rootfs *r, struct err *e)
{
	autofree char *bundle = NULL;
	autofd int fds = -1;
	int n;

	r->root_fd = r->fds = r->dev_fd = r->null_tree = -1;
	r->views[0] = r->views[1] = -1;
	r->plan = NULL;
	r->real_root = NULL;
	r->opened = true;
	n = check(r, e);
	if (n < 0)
		return n;
	fds = procfs_open(r->proc, "self/fd", O_PATH | O_DIRECTORY, e);
	if (fds < 0)
		return fds;
	n = open_root(r, fds, e);
	if (n >= 0)
		n = open_bundle(r, fds, &bundle, e);
	if (n >= 0)
		n = rootfs_plan_new(r->config, bundle, r->real_root, &r->plan, e);
	if (n >= 0)
		n = filesystem_open_mapped(r, e);
	return n < 0 ? n : bind_open_trees(r, e);
}

static void forget_views(struct rootfs *r)
{
	for (size_t i = 0; i < PLAN_VIEWS; i++) {
		fd_close_p(&r->views[i]);
		r->views[i] = -1;
	}
}

static void set_view(struct rootfs *r, const char *resolved, int *fd)
{
	for (size_t i = 0; i < PLAN_VIEWS; i++) {
		if (!str_eq(resolved, plan_views[i]))
			continue;
		fd_close_p(&r->views[i]);
		r->views[i] = TAKE_FD(*fd);
	}
}

int rootfs_view(const struct rootfs *r, const char *path, const char **below)
{
	for (size_t i = 0; i < PLAN_VIEWS; i++) {
		const char *rest = r->views[i] >= 0 ? path_below(path, plan_views[i]) : NULL;

		if (!rest || !*rest)
			continue;
		*below = rest;
		return r->views[i];
	}
	*below = path;
	return r->root_fd;
}

void rootfs_done(struct rootfs *r)
{
	if (!r->opened)
		return;
	r->opened = false;
	rootfs_plan_free(r->plan);
	r->plan = NULL;
	free(r->real_root);
	r->real_root = NULL;
	fd_close_p(&r->root_fd);
	fd_close_p(&r->fds);
	fd_close_p(&r->dev_fd);
	fd_close_p(&r->null_tree);
	forget_views(r);
	r->root_fd = r->fds = r->dev_fd = r->null_tree = -1;
}

static int open_own_fds(struct rootfs *r, struct err *e)
{
	r->fds = procfs_open(r->proc, "self/fd", O_PATH | O_DIRECTORY, e);
	return r->fds;
}

void rootfs_forget_dev(struct rootfs *r, const char *resolved)
{
	if (!str_eq(resolved, "/") && !str_eq(resolved, "/dev"))
		return;
	fd_close_p(&r->dev_fd);
	r->dev_fd = -1;
}

void rootfs_covered(struct rootfs *r, const char *resolved, bool is_tmpfs, int *fd)
{
	rootfs_forget_dev(r, resolved);
	if (str_eq(resolved, "/")) {
		forget_views(r);
		fd_close_p(&r->root_fd);
		r->root_fd = TAKE_FD(*fd);
	} else if (str_eq(resolved, "/dev") && is_tmpfs) {
		r->dev_fd = TAKE_FD(*fd);
	} else {
		set_view(r, resolved, fd);
	}
}

static int do_mount(struct rootfs *r, const struct mount_op *op, struct err *e)
{
	static int (*const how[])(struct rootfs *, const struct mount_op *, struct err *) = {
		[MOUNT_OP_FS] = filesystem_mount,
		[MOUNT_OP_BIND] = bind_mount,
		[MOUNT_OP_CGROUP] = cgroup_view_mount,
		[MOUNT_OP_REMOUNT] = bind_remount,
	};

	return how[op->kind](r, op, e);
}

static int do_mounts(struct rootfs *r, struct err *e)
{
	for (size_t i = 0; i < r->plan->n; i++)
		if (do_mount(r, &r->plan->ops[i], e) < 0)
			return mount_op_wrap(&r->plan->ops[i], e);
	return 0;
}

int rootfs_build(struct rootfs *r, struct err *e)
{
	static const struct rootfs_step steps[] = {
		{ open_own_fds }, { bind_open_sources }, { pivot_isolate },  { pivot_bind_root },
		{ do_mounts },	  { devices_make },	 { dev_links_make },
	};
	/* Every mode below is meant as it is written. */
	mode_t mask = umask(0);
	int n = run_steps(r, steps, ARRAY_SIZE(steps), e);

	umask(mask);
	fd_close_p(&r->dev_fd);
	r->dev_fd = -1;
	return n;
}

static int check_slave(int slave, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (fstat(slave, &st) < 0 || fstatfs(slave, &fs) < 0)
		return err_set(e, errno, "stat the terminal");
	if (!S_ISCHR(st.st_mode) || fs.f_type != DEVPTS_MAGIC ||
	    major(st.st_rdev) < PTY_SLAVE_MAJOR_FIRST || major(st.st_rdev) > PTY_SLAVE_MAJOR_LAST)
		return err_msg(e, ENOTTY, "not a pty's slave");
	return 0;
}

/* Opened without following a symlink, and made if it is missing: an image may have anything at
 * /dev/console. */
static int open_console(struct rootfs *r, struct err *e)
{
	char name[NAME_MAX + 1];
	autofd int dir = inroot_open_parent(r->root_fd, "/dev/console", 0755, name, e), fd = -1;
	struct stat st;

	if (dir < 0)
		return dir;
	if (mknodat(dir, name, S_IFREG | 0666, 0) < 0 && errno != EEXIST)
		return err_set(e, errno, "create /dev/console");
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open /dev/console");
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return err_msg(e, EINVAL, "/dev/console is neither a file nor a device");
	return TAKE_FD(fd);
}

int rootfs_console(struct rootfs *r, int slave, struct err *e)
{
	const struct mount_bind b = { .source = slave };
	autofd int target = -1, fd = -1;
	struct mount_at at;
	int n = check_slave(slave, e);

	if (n < 0)
		return n;
	target = open_console(r, e);
	if (target < 0)
		return target;
	at = mount_at_of(r, "/dev/console", target);
	fd = mount_bind_attach(&at, &b, e);
	return fd < 0 ? err_wrap(e, "mount the terminal on /dev/console: ") : 0;
}

int rootfs_enter(struct rootfs *r, struct err *e)
{
	static const struct rootfs_step steps[] = { { mask_open_null }, { pivot_enter } };

	return run_steps(r, steps, ARRAY_SIZE(steps), e);
}

static int seal_dev(struct rootfs *r, struct err *e)
{
	const struct mount_change c = { .set = MOUNT_ATTR_RDONLY };
	autofd int dev = -1;
	int n;

	if (!r->plan->dev_readonly)
		return 0;
	dev = inroot_open(r->root_fd, "/dev", O_PATH | O_DIRECTORY, e);
	n = dev < 0 ? dev : mount_apply(r->fds, dev, &c, e);
	return n < 0 ? err_wrap(e, "make /dev read-only: ") :
		       verify_readonly(r->root_fd, "/dev", e);
}

static int seal_root(struct rootfs *r, struct err *e)
{
	const struct mount_change c = { .set = MOUNT_ATTR_RDONLY };
	int n;

	if (!r->config->root || !r->config->root->readonly)
		return 0;
	n = mount_apply(r->fds, r->root_fd, &c, e);
	return n < 0 ? err_wrap(e, "make the root read-only: ") :
		       verify_readonly_fd(r->root_fd, "/", e);
}

int rootfs_seal(struct rootfs *r, struct err *e)
{
	static const struct rootfs_step steps[] = {
		{ seal_dev },
		{ seal_root },
		{ mask_readonly_paths },
		{ mask_paths },
	};

	return run_steps(r, steps, ARRAY_SIZE(steps), e);
}
