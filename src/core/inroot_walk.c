/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot_walk.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINKS_MAX 40 /* the kernel's MAXSYMLINKS */
#define PROC_ROOT_INO 1
#define ST_NOSYMFOLLOW 0x2000 /* statfs f_flags since Linux 5.10 */

struct walk {
	int root;  /* borrowed */
	int *dirs; /* below the root, outermost first */
	size_t depth, cap;
	char *path; /* heap; what is still to be resolved begins at next */
	const char *next;
	unsigned links;
	char name[NAME_MAX + 1]; /* the present component */
	bool last;		 /* nothing follows it, not even a slash */
};

static void walk_done(struct walk *w)
{
	while (w->depth > 0)
		fd_close(w->dirs[--w->depth]);
	free(w->dirs);
	free(w->path);
}

static int walk_dir(const struct walk *w)
{
	return w->depth > 0 ? w->dirs[w->depth - 1] : w->root;
}

static void walk_pop(struct walk *w)
{
	if (w->depth > 0)
		fd_close(w->dirs[--w->depth]);
}

static void walk_push(struct walk *w, int fd)
{
	if (w->depth == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 16;
		w->dirs = xrealloc(w->dirs, w->cap, sizeof(*w->dirs));
	}
	w->dirs[w->depth++] = fd;
}

/* Cuts the next component off into w->name. Returns 1; 0 when there is none; or -errno. */
static int walk_next(struct walk *w)
{
	size_t n;

	w->next += strspn(w->next, "/");
	n = strcspn(w->next, "/");
	if (n == 0)
		return 0;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(w->name, w->next, n);
	w->name[n] = '\0';
	w->next += n;
	w->last = *w->next == '\0';
	return 1;
}

/*
 * Magic links jump past every check, and by their text they cannot be told from others. In procfs
 * all symlinks may be such but those of its topmost directory (self, mounts, net); in securityfs
 * AppArmor has them.
 */
static bool link_is_refused(int dir, int link)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(link, &fs) < 0 || fs.f_flags & ST_NOSYMFOLLOW)
		return true;
	if (fs.f_type == SECURITYFS_MAGIC)
		return true;
	return fs.f_type == PROC_SUPER_MAGIC && (fstat(dir, &st) < 0 || st.st_ino != PROC_ROOT_INO);
}

/* Puts the link's target in place of the component. */
static int walk_link(struct walk *w, int link)
{
	char target[PATH_MAX];
	ssize_t n;
	char *path;

	if (w->links++ >= LINKS_MAX || link_is_refused(walk_dir(w), link))
		return -ELOOP;
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENOENT;
	target[n] = '\0';
	if (target[0] == '/')
		while (w->depth > 0)
			walk_pop(w);
	path = xasprintf("%s%s", target, w->next);
	free(w->path);
	w->path = path;
	w->next = path;
	return 1;
}

/* EEXIST means that somebody else was faster: what is there then is examined like anything else. */
static int make_missing(struct walk *w, const struct inroot_make *make)
{
	int fd;

	if (!make->file || !w->last)
		return mkdirat(walk_dir(w), w->name, make->dir_mode) < 0 && errno != EEXIST ?
			       -errno :
			       0;
	fd = openat(walk_dir(w), w->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    make->file_mode);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	fd_close(fd);
	return 0;
}

/* Opens the component itself, a symlink too, making it if it is missing. */
static int open_component(struct walk *w, const struct inroot_make *make)
{
	int fd, r;

	fd = openat(walk_dir(w), w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT || !make)
		return -errno;
	r = make_missing(w, make);
	if (r < 0)
		return r;
	fd = openat(walk_dir(w), w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	return fd;
}

/* Opens the last component, which is no symlink to be followed; @path_fd is taken. */
static int open_leaf(struct walk *w, int path_fd, mode_t type, int flags)
{
	autofd int held = path_fd;
	int fd;

	if (flags & O_DIRECTORY && !S_ISDIR(type))
		return -ENOTDIR;
	if (flags & O_PATH)
		return TAKE_FD(held);
	fd = openat(walk_dir(w), w->name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP && !S_ISLNK(type) ? -EAGAIN : -errno;
	return fd;
}

/* Resolves one component. Returns 1 to go on, 0 when *out is the end, or -errno. */
static int walk_step(struct walk *w, int flags, const struct inroot_make *make, int *out)
{
	autofd int fd = -1;
	struct stat st;
	int r;

	if (str_eq(w->name, "."))
		return 1;
	if (str_eq(w->name, "..")) {
		walk_pop(w);
		return 1;
	}
	r = open_component(w, make);
	if (r < 0)
		return r;
	fd = r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && !(w->last && flags & O_NOFOLLOW))
		return walk_link(w, fd);
	if (w->last) {
		r = open_leaf(w, TAKE_FD(fd), st.st_mode, flags);
		*out = r;
		return r < 0 ? r : 0;
	}
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	walk_push(w, TAKE_FD(fd));
	return 1;
}

int inroot_walk(int root, const char *path, int flags, const struct inroot_make *make)
{
	_cleanup_(walk_done) struct walk w = { .root = root };
	int fd = -1, r;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	w.path = xstrdup(path);
	w.next = w.path;
	while ((r = walk_next(&w)) > 0) {
		r = walk_step(&w, flags, make, &fd);
		if (r <= 0)
			return r < 0 ? r : fd;
	}
	if (r < 0)
		return r;
	fd = openat(walk_dir(&w), ".", flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
