/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/mount.h"
#include "engine/fs/mount_old.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* fsconfig copies at most this many bytes of a value, with its NUL. */
#define FSCONFIG_VALUE_MAX 256

/* The kernel's answer to each call that may be missing, remembered from its first use. */
static bool no_new_mount, no_setattr;

void mount_force_old(bool on)
{
	no_new_mount = no_setattr = on;
}

bool mount_apply_is_recursive(void)
{
	return !no_setattr;
}

/* Superblock flags that fsconfig knows by a word. */
static const struct {
	uint64_t flag;
	const char *word;
} super_words[] = {
	{ MS_RDONLY, "ro" },	 { MS_SYNCHRONOUS, "sync" },  { MS_DIRSYNC, "dirsync" },
	{ MS_MANDLOCK, "mand" }, { MS_LAZYTIME, "lazytime" },
};

static bool fits_fsconfig(const struct mount_fs *fs)
{
	uint64_t rest = fs->super;

	for (size_t i = 0; i < ARRAY_SIZE(super_words); i++)
		rest &= ~super_words[i].flag;
	if (rest)
		return false;
	for (char *const *d = fs->data; d && *d; d++)
		if (strchr(*d, ',') || strlen(*d) >= FSCONFIG_VALUE_MAX)
			return false;
	return !fs->source || strlen(fs->source) < FSCONFIG_VALUE_MAX;
}

static int config_word(int ctx, const char *word, struct err *e)
{
	if (fsconfig(ctx, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
		return err_set(e, errno, "mount: option %s", word);
	return 0;
}

static int config_value(int ctx, const char *key, const char *value, struct err *e)
{
	if (fsconfig(ctx, FSCONFIG_SET_STRING, key, value, 0) < 0)
		return err_set(e, errno, "mount: option %s=%s", key, value);
	return 0;
}

static int config_data(int ctx, const char *data, struct err *e)
{
	char key[FSCONFIG_VALUE_MAX];
	const char *eq = strchr(data, '=');

	if (!eq)
		return config_word(ctx, data, e);
	memcpy(key, data, (size_t)(eq - data));
	key[eq - data] = '\0';
	return config_value(ctx, key, eq + 1, e);
}

static int config_all(int ctx, const struct mount_fs *fs, struct err *e)
{
	int r = 0;

	if (fs->source && *fs->source)
		r = config_value(ctx, "source", fs->source, e);
	for (size_t i = 0; i < ARRAY_SIZE(super_words) && r >= 0; i++)
		if (fs->super & super_words[i].flag)
			r = config_word(ctx, super_words[i].word, e);
	for (char *const *d = fs->data; d && *d && r >= 0; d++)
		r = config_data(ctx, *d, e);
	if (fs->mode && r >= 0)
		r = config_value(ctx, "mode", fs->mode, e);
	if (fs->context && r >= 0)
		r = config_value(ctx, "context", fs->context, e);
	return r;
}

int mount_fs_create(const struct mount_fs *fs, struct err *e)
{
	autofd int ctx = -1;
	int fd, r;

	if (no_new_mount || !fits_fsconfig(fs))
		return -ENOSYS;
	ctx = fsopen(fs->type, FSOPEN_CLOEXEC);
	if (ctx < 0 && errno == ENOSYS)
		no_new_mount = true;
	if (ctx < 0)
		return no_new_mount ? -ENOSYS : err_set(e, errno, "mount");
	r = config_all(ctx, fs, e);
	if (r < 0)
		return r;
	if (fsconfig(ctx, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_set(e, errno, "mount");
	fd = fsmount(ctx, FSMOUNT_CLOEXEC, (unsigned)fs->attr);
	return fd < 0 ? err_set(e, errno, "mount") : fd;
}

int mount_tree_attach(const struct mount_at *at, int tree, struct err *e)
{
	const char *name = at->name ? at->name : "";

	if (move_mount(tree, "", at->target, name,
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_set(e, errno, "mount");
	return 0;
}

int mount_fs_attach(const struct mount_at *at, const struct mount_fs *fs, struct err *e)
{
	autofd int tree = -1;
	int r;

	tree = mount_fs_create(fs, e);
	if (tree == -ENOSYS)
		return mount_old_fs(at, fs, e);
	if (tree < 0)
		return tree;
	r = mount_tree_attach(at, tree, e);
	return r < 0 ? r : TAKE_FD(tree);
}

static int tree_clone(int dir, const char *path, unsigned flags)
{
	int fd = -1;

	errno = ENOSYS;
	if (!no_new_mount)
		fd = open_tree(dir, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
	if (fd >= 0)
		return fd;
	if (errno == ENOSYS)
		no_new_mount = true;
	return -errno;
}

int mount_tree_clone(int source, bool recursive, struct err *e)
{
	int fd = tree_clone(source, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));

	return fd < 0 ? err_set(e, -fd, "bind") : fd;
}

int mount_tree_clone_host(const char *path, struct err *e)
{
	int fd = tree_clone(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);

	return fd < 0 ? err_set(e, -fd, "bind %s", path) : fd;
}

/* Returns 0, -ENOSYS when remounting has to do it, or -errno with *e filled. */
static int set_attr(int fd, const struct mount_change *c, struct err *e)
{
	struct mount_attr attr = {
		.attr_set = c->set,
		.attr_clr = c->clear,
		.propagation = c->propagation,
	};
	unsigned flags = AT_EMPTY_PATH | (c->recursive ? AT_RECURSIVE : 0);

	if (no_setattr)
		return -ENOSYS;
	if (mount_setattr(fd, "", flags, &attr, sizeof(attr)) == 0)
		return 0;
	if (errno == ENOSYS)
		no_setattr = true;
	return no_setattr ? -ENOSYS : err_set(e, errno, "change mount attributes");
}

static bool is_empty(const struct mount_change *c)
{
	return !c->set && !c->clear && !c->propagation;
}

int mount_apply(int fds, int fd, const struct mount_change *c, struct err *e)
{
	int r;

	if (is_empty(c))
		return 0;
	r = set_attr(fd, c, e);
	return r == -ENOSYS ? mount_old_apply(fds, fd, c, e) : r;
}

/* Returns 1 when the changes are in force, 0 when they need an attached mount, or -errno. */
static int apply_detached(int tree, const struct mount_bind *b, struct err *e)
{
	for (size_t i = 0; i < b->n_changes; i++) {
		int r = is_empty(&b->changes[i]) ? 0 : set_attr(tree, &b->changes[i], e);

		if (r < 0)
			return r == -ENOSYS ? 0 : r;
	}
	return 1;
}

static int apply_attached(int fds, int fd, const struct mount_bind *b, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < b->n_changes && r >= 0; i++)
		r = mount_apply(fds, fd, &b->changes[i], e);
	return r;
}

static int bind_tree(const struct mount_bind *b, struct err *e)
{
	int fd;

	if (!b->is_tree)
		return mount_tree_clone(b->source, b->recursive, e);
	fd = fcntl(b->source, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? err_set(e, errno, "dup") : fd;
}

int mount_bind_attach(const struct mount_at *at, const struct mount_bind *b, struct err *e)
{
	autofd int fd = -1;
	int done = 0, r;

	fd = bind_tree(b, e);
	if (fd == -ENOSYS) {
		fd = mount_old_bind(at, b->source, b->recursive, e);
		if (fd < 0)
			return fd;
	} else if (fd < 0) {
		return fd;
	} else {
		done = apply_detached(fd, b, e);
		r = done < 0 ? done : mount_tree_attach(at, fd, e);
		if (r < 0)
			return r;
	}
	r = done ? 0 : apply_attached(at->fds, fd, b, e);
	return r < 0 ? r : TAKE_FD(fd);
}
