/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/overlay.h"

#include "core/strv.h"
#include "orch/image_store.h"
#include "orch/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool force_old;

void overlay_force_old(bool on)
{
	force_old = on;
}

struct overlay {
	int layers;   /* the directory of all layers */
	int dir;      /* of upper and work */
	char **lower; /* names in layers, the highest first */
	const char *point;
};

static void overlay_done(struct overlay *o)
{
	fd_close_p(&o->layers);
	fd_close_p(&o->dir);
	strv_free(o->lower);
}

/* Returns 1 when its root hides what is below, 0, or -errno. */
static int check_layer(int layers, const char *hex, struct err *e)
{
	autofd int fd = openat(layers, hex, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char value;

	if (fd < 0)
		return err_set(e, errno, "layer %s", hex);
	return fgetxattr(fd, LAYER_OPAQUE_XATTR, &value, 1) == 1 && value == 'y';
}

static int choose_layers(struct overlay *o, char *const *layers, struct err *e)
{
	int hides = 0;

	for (size_t i = strv_len(layers); i-- > 0 && !hides;) {
		if (strv_has(o->lower, layers[i]))
			continue;
		hides = check_layer(o->layers, layers[i], e);
		if (hides < 0)
			return hides;
		strv_push(&o->lower, layers[i]);
	}
	return o->lower ? 0 : err_msg(e, EINVAL, "no layers");
}

/* The root of an overlay is its upper directory's: it gets the top layer's owner and mode. */
static int copy_root(const struct overlay *o, struct err *e)
{
	autofd int upper =
		openat(o->dir, OVERLAY_UPPER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (upper < 0 || fstatat(o->layers, o->lower[0], &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchown(upper, st.st_uid, st.st_gid) < 0 || fchmod(upper, st.st_mode & 07777) < 0)
		return err_set(e, errno, "prepare " OVERLAY_UPPER);
	return 0;
}

static int set(int fs, unsigned command, const char *key, const char *value)
{
	return syscall(SYS_fsconfig, fs, command, key, value, 0) < 0 ? -errno : 0;
}

/* Names are resolved when they are given: each from the directory that it is in. */
static int configure(int fs, const struct overlay *o)
{
	int r = fchdir(o->layers) < 0 ? -errno : 0;

	for (size_t i = 0; r >= 0 && o->lower[i]; i++)
		r = set(fs, FSCONFIG_SET_STRING, "lowerdir+", o->lower[i]);
	if (r >= 0 && fchdir(o->dir) < 0)
		r = -errno;
	if (r >= 0)
		r = set(fs, FSCONFIG_SET_STRING, "upperdir", OVERLAY_UPPER);
	if (r >= 0)
		r = set(fs, FSCONFIG_SET_STRING, "workdir", OVERLAY_WORK);
	return r < 0 ? r : set(fs, FSCONFIG_CMD_CREATE, NULL, NULL);
}

static int mount_new(const struct overlay *o)
{
	autofd int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
	autofd int mnt = -1;
	int r;

	if (force_old)
		return -EINVAL;
	r = fs < 0 ? -errno : configure(fs, o);
	if (r < 0)
		return r;
	mnt = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
	if (mnt < 0)
		return -errno;
	return syscall(SYS_move_mount, mnt, "", o->dir, o->point, MOVE_MOUNT_F_EMPTY_PATH) < 0 ?
		       -errno :
		       0;
}

/* "lowerdir+" came with 6.5. All options are a page then, in which names of layers have to fit. */
static int mount_old(const struct overlay *o, const char *dir, struct err *e)
{
	autofree char *lower = strv_join(o->lower, ":"), *options = NULL, *target = NULL;

	if (strpbrk(dir, ",:\\") || strpbrk(o->lower[0], ",:\\"))
		return err_msg(e, EINVAL, "this kernel takes no directory with , : or \\");
	options = xasprintf("lowerdir=%s,upperdir=%s/" OVERLAY_UPPER ",workdir=%s/" OVERLAY_WORK,
			    lower, dir, dir);
	target = xasprintf("%s/%s", dir, o->point);
	if (strlen(options) >= (size_t)sysconf(_SC_PAGESIZE))
		return err_msg(e, E2BIG, "this kernel takes fewer than %zu layers",
			       strv_len(o->lower));
	if (fchdir(o->layers) < 0 || mount("overlay", target, "overlay", MS_NODEV, options) < 0)
		return err_set(e, errno, "mount overlay");
	return 0;
}

static int mount_either(const struct overlay *o, const char *dir, struct err *e)
{
	int r = mount_new(o);

	if (r == -EINVAL || r == -ENOSYS)
		return mount_old(o, dir, e);
	return r < 0 ? err_set(e, -r, "mount overlay") : 0;
}

int overlay_mount(int store, char *const *layers, const char *dir, const char *point, struct err *e)
{
	_cleanup_(overlay_done) struct overlay o = { .layers = -1, .dir = -1, .point = point };
	autofd int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	o.layers = openat(store, STORE_LAYERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	o.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (before < 0 || o.layers < 0 || o.dir < 0)
		return err_set(e, errno, "open directories");
	r = choose_layers(&o, layers, e);
	if (r >= 0)
		r = copy_root(&o, e);
	if (r < 0)
		return r;
	r = mount_either(&o, dir, e);
	if (fchdir(before) < 0 && r >= 0)
		r = err_set(e, errno, "return to the working directory");
	return r;
}
