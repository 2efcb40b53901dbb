/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "engine/fs/host.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE_MODE 0666
#define DIR_MODE 0755

/* The kernel keeps 12 bits of the major and 20 of the minor number, and drops the others. */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

/* A device file as it should be. */
struct node {
	const char *path; /* in the container, and on the host for a bind */
	mode_t mode;	  /* with S_IFCHR, S_IFBLK or S_IFIFO */
	dev_t dev;
	uid_t uid;
	gid_t gid;
	bool strict; /* something else at the path is an error */
};

/* config-linux.md#default-devices; /dev/console and /dev/ptmx have their own ways. */
static const struct {
	const char *path;
	unsigned major, minor;
} default_devices[] = {
	{ "/dev/null", 1, 3 }, { "/dev/zero", 1, 5 },	{ "/dev/full", 1, 7 },
	{ "/dev/tty", 5, 0 },  { "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 },
};

static int check_device(const struct oci_device *d, struct err *e)
{
	if (!d->path || *d->path != '/')
		return err_msg(e, EINVAL, "path: must be absolute");
	if (!d->type || strlen(d->type) != 1 || !strchr("cubp", *d->type))
		return err_msg(e, EINVAL, "type: unknown value \"%s\"", d->type ? d->type : "");
	if (*d->type == 'p')
		return 0;
	if (!d->major.is_set || !d->minor.is_set)
		return err_msg(e, EINVAL, "a device of type %s needs major and minor", d->type);
	if (d->major.value < 0 || d->major.value > MAJOR_MAX)
		return err_msg(e, EINVAL, "major: out of range");
	if (d->minor.value < 0 || d->minor.value > MINOR_MAX)
		return err_msg(e, EINVAL, "minor: out of range");
	return 0;
}

int devices_check(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; l && i < l->n_devices; i++)
		if (check_device(&l->devices[i], e) < 0)
			return err_wrap(e, "linux.devices[%zu]: ", i);
	return 0;
}

static struct node node_of(const struct oci_device *d)
{
	struct node n = {
		.path = d->path,
		.mode = d->file_mode.is_set ? (mode_t)d->file_mode.value & 07777 : DEVICE_MODE,
		.uid = d->uid.is_set ? (uid_t)d->uid.value : 0,
		.gid = d->gid.is_set ? (gid_t)d->gid.value : 0,
		.strict = true,
	};

	n.mode |= *d->type == 'p' ? S_IFIFO : *d->type == 'b' ? S_IFBLK : S_IFCHR;
	if (*d->type != 'p')
		n.dev = makedev((unsigned)d->major.value, (unsigned)d->minor.value);
	return n;
}

static bool is_same(const struct stat *st, const struct node *n)
{
	return (st->st_mode & S_IFMT) == (n->mode & S_IFMT) &&
	       (S_ISFIFO(n->mode) || st->st_rdev == n->dev);
}

/* What the image has there is its own business, unless the configuration names the path. */
static int accept_existing(int dir, const char *name, const struct node *n, struct err *e)
{
	struct stat st;

	if (!n->strict)
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "stat %s", n->path);
	if (!is_same(&st, n))
		return err_msg(e, EEXIST, "%s exists and is another file", n->path);
	return 0;
}

static int open_host_device(const struct node *n, struct err *e)
{
	autofd int fd = host_open(n->path, O_NOFOLLOW, e);
	struct stat st;

	if (fd < 0)
		return err_wrap(e, "the host's device: ");
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat the host's %s", n->path);
	if (!is_same(&st, n))
		return err_msg(e, ENXIO, "the host's %s is another file", n->path);
	return TAKE_FD(fd);
}

/*
 * Where mknod is not allowed, the host's device is shown; read-only, so that its owner and mode are
 * safe from the container. Using a device needs no writable mount.
 */
static int bind_device(struct rootfs *r, const struct node *n, struct err *e)
{
	const struct target_root where = target_root_of(r);
	struct target t = { .fd = -1 };
	const struct mount_change c = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC };
	struct mount_bind b = { .changes = &c, .n_changes = 1 };
	struct mount_at at;
	autofd int source = open_host_device(n, e), target = -1, fd = -1;
	int ret;

	if (source < 0)
		return source;
	ret = target_open(&where, n->path, TARGET_FILE, &t, e);
	if (ret < 0)
		return ret;
	target = t.fd;
	ret = plan_check_proc(t.resolved, n->path, false, e);
	if (ret < 0)
		return ret;
	b.source = source;
	at = mount_at_of(r, n->path, target);
	fd = mount_bind_attach(&at, &b, e);
	return fd < 0 ? fd : 0;
}

/* @dir, @name: where n->path is, by descriptor. */
static int make_at(struct rootfs *r, int dir, const char *name, const struct node *n, struct err *e)
{
	if (r->new_userns && !S_ISFIFO(n->mode))
		return bind_device(r, n, e);
	if (mknodat(dir, name, n->mode, n->dev) < 0) {
		if (errno == EEXIST)
			return accept_existing(dir, name, n, e);
		if (errno == EPERM && !S_ISFIFO(n->mode))
			return bind_device(r, n, e);
		return err_set(e, errno, "mknod %s", n->path);
	}
	if ((n->uid || n->gid) && fchownat(dir, name, n->uid, n->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, errno, "chown %s", n->path);
	/* chown takes set-id bits away, which a device never means to have. */
	return 0;
}

static bool is_overridden(const struct oci_linux *l, const char *path)
{
	for (size_t i = 0; l && i < l->n_devices; i++) {
		autofree char *clean = path_clean(l->devices[i].path);

		if (str_eq(clean, path))
			return true;
	}
	return false;
}

static int open_dev(struct rootfs *r, struct err *e)
{
	if (r->dev_fd < 0)
		r->dev_fd = inroot_mkdir_all(r->root_fd, "/dev", DIR_MODE, e);
	return MIN(r->dev_fd, 0);
}

static int make_defaults(struct rootfs *r, struct err *e)
{
	int ret = open_dev(r, e);

	for (size_t i = 0; i < ARRAY_SIZE(default_devices) && ret >= 0; i++) {
		const struct node n = {
			.path = default_devices[i].path,
			.mode = S_IFCHR | DEVICE_MODE,
			.dev = makedev(default_devices[i].major, default_devices[i].minor),
		};

		if (!is_overridden(r->config->linux_, n.path))
			ret = make_at(r, r->dev_fd, n.path + strlen("/dev/"), &n, e);
	}
	return ret;
}

static int make_configured(struct rootfs *r, const struct oci_device *d, struct err *e)
{
	const struct node n = node_of(d);
	char name[NAME_MAX + 1];
	autofd int dir = inroot_open_parent(r->root_fd, d->path, DIR_MODE, name, e);

	return dir < 0 ? dir : make_at(r, dir, name, &n, e);
}

int devices_make(struct rootfs *r, struct err *e)
{
	const struct oci_linux *l = r->config->linux_;
	int ret;

	if (!r->plan->fill_dev)
		return 0;
	ret = make_defaults(r, e);
	for (size_t i = 0; l && i < l->n_devices && ret >= 0; i++)
		ret = make_configured(r, &l->devices[i], e);
	return ret < 0 ? err_wrap(e, "error creating device nodes: ") : 0;
}
