/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/tree.h"
#include "core/file.h"
#include "core/num.h"
#include "core/strv.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A pid and a newline are at most 11 bytes: room for pid_max processes. */
#define PROCS_MAX (64u << 20)

int cgroup_read(int root, const char *path, char *out, size_t size)
{
	autofd int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, out + len, size - 1 - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	} while (n > 0 && len < size - 1);
	out[len] = '\0';
	return len < size - 1 ? (int)len : -EFBIG;
}

int cgroup_write(int root, const char *path, const char *text)
{
	autofd int fd = openat(root, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

void pid_list_done(struct pid_list *l)
{
	free(l->v);
	*l = (struct pid_list){ 0 };
}

void pid_list_add(struct pid_list *l, pid_t pid)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = pid;
}

/* What is done to each cgroup: on the way down with its directory, on the way up with its parent.
 */
struct visit {
	int (*down)(int dir, void *ctx, struct err *e);
	int (*up)(int parent, const char *name, void *ctx, struct err *e);
	void *ctx;
};

/* One directory on the way from the top to where the walk is. */
struct level {
	char **names; /* its sub-cgroups */
	size_t next;  /* the first that was not yet entered */
};

struct walk {
	struct level *v;
	size_t n;
	int dir; /* the deepest level's directory */
};

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		strv_free(w->v[i].names);
	free(w->v);
	(void)fd_close(w->dir);
}

static void close_dir_p(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static int list_dirs(int dir, char ***out, struct err *e)
{
	_cleanup_(close_dir_p) DIR *d = NULL;
	struct strv_builder names = { 0 };
	autofd int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *ent;
	int num;

	/* Removed meanwhile: nothing can be below it. */
	if (fd < 0 && errno == ENOENT) {
		*out = strv_builder_take(&names);
		return 0;
	}
	if (fd < 0)
		return err_set(e, errno, "open a cgroup");
	d = fdopendir(fd);
	if (!d)
		return err_set(e, errno, "read a cgroup");
	(void)TAKE_FD(fd);
	while ((errno = 0, ent = readdir(d)))
		if (ent->d_type == DT_DIR && !str_eq(ent->d_name, ".") &&
		    !str_eq(ent->d_name, ".."))
			strv_builder_add(&names, xstrdup(ent->d_name));
	num = errno;
	*out = strv_builder_take(&names);
	if (num == 0 || num == ENOENT || num == ENODEV)
		return 0;
	strv_free(*out);
	*out = NULL;
	return err_set(e, num, "read a cgroup");
}

/* Makes a directory (taken) the deepest level. */
static int walk_enter(struct walk *w, int dir, const struct visit *visit, struct err *e)
{
	struct level level = { 0 };
	int r;

	(void)fd_close(w->dir);
	w->dir = dir;
	r = visit->down ? visit->down(dir, visit->ctx, e) : 0;
	if (r < 0)
		return r;
	r = list_dirs(dir, &level.names, e);
	if (r < 0)
		return r;
	w->v = xrealloc(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = level;
	return 0;
}

static int walk_leave(struct walk *w, const struct visit *visit, struct err *e)
{
	struct level *above;
	int parent;

	strv_free(w->v[--w->n].names);
	if (w->n == 0)
		return 0;
	above = &w->v[w->n - 1];
	/* A kernfs directory cannot be moved elsewhere: ".." is where we came from. */
	parent = openat(w->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return err_set(e, errno, "open the cgroup above %s", above->names[above->next - 1]);
	(void)fd_close(w->dir);
	w->dir = parent;
	return visit->up ? visit->up(parent, above->names[above->next - 1], visit->ctx, e) : 0;
}

/* Visits everything from the cgroup at dir (taken) down; the top itself only on the way down. */
static int walk_tree(int dir, const struct visit *visit, struct err *e)
{
	_cleanup_(walk_done) struct walk w = { .dir = -1 };
	int r = walk_enter(&w, dir, visit, e);

	while (r == 0 && w.n > 0) {
		struct level *top = &w.v[w.n - 1];
		const char *name = top->names[top->next];
		int sub;

		if (!name) {
			r = walk_leave(&w, visit, e);
			continue;
		}
		top->next++;
		sub = openat(w.dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			r = walk_enter(&w, sub, visit, e);
		else if (errno != ENOENT)
			r = err_set(e, errno, "open sub-cgroup %s", name);
	}
	return r;
}

/* The cgroup's directory; 1 and an fd, 0 when it is absent. */
static int open_top(int root, const char *path, int *fd, struct err *e)
{
	*fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd >= 0)
		return 1;
	return errno == ENOENT ? 0 : err_set(e, errno, "open cgroup /%s", path);
}

static int read_procs(int dir, void *ctx, struct err *e)
{
	autofd int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autostr text = { 0 };
	int r;

	/* ENODEV: removed meanwhile. */
	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 :
							    err_set(e, errno, "open cgroup.procs");
	r = fd_read_all(fd, PROCS_MAX, &text, e);
	/* EOPNOTSUPP: a threaded cgroup, whose processes the domain's own file lists. */
	if (r == -EOPNOTSUPP || r == -ENODEV)
		return 0;
	if (r < 0)
		return err_wrap(e, "cgroup.procs: ");
	for (char *line = text.p; line && *line && r == 0;) {
		char *end = line + strcspn(line, "\n");
		bool last = *end == '\0';
		int64_t pid = 0;

		*end = '\0';
		r = num_parse_i64(line, 0, INT32_MAX, "cgroup.procs", &pid, e);
		/* 0: a process of a pid namespace that we cannot see. */
		if (r == 0 && pid > 0)
			pid_list_add(ctx, (pid_t)pid);
		line = last ? end : end + 1;
	}
	return r;
}

int tree_pids(int root, const char *path, struct pid_list *out, struct err *e)
{
	const struct visit visit = { .down = read_procs, .ctx = out };
	int fd, r;

	r = open_top(root, path, &fd, e);
	return r <= 0 ? r : walk_tree(fd, &visit, e);
}

struct text_write {
	const char *file, *text;
};

static int write_one(int dir, void *ctx, struct err *e)
{
	const struct text_write *w = ctx;
	int r = cgroup_write(dir, w->file, w->text);

	if (r == 0 || r == -ENOENT || r == -ENODEV)
		return 0;
	return err_set(e, -r, "write \"%s\" to %s", w->text, w->file);
}

int tree_write(int root, const char *path, const char *file, const char *text, struct err *e)
{
	struct text_write w = { file, text };
	const struct visit visit = { .down = write_one, .ctx = &w };
	int fd, r;

	r = open_top(root, path, &fd, e);
	return r <= 0 ? r : walk_tree(fd, &visit, e);
}

static int remove_one(int parent, const char *name, _unused_ void *ctx, struct err *e)
{
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_set(e, errno, "remove sub-cgroup %s", name);
}

int tree_remove(int root, const char *path, struct err *e)
{
	const struct visit visit = { .up = remove_one };
	int fd, r;

	/* Nearly always there is nothing below, and one call is all. */
	if (unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY)
		return err_set(e, errno, "remove cgroup /%s", path);
	r = open_top(root, path, &fd, e);
	if (r > 0)
		r = walk_tree(fd, &visit, e);
	if (r < 0)
		return r;
	if (unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_set(e, errno, "remove cgroup /%s", path);
}
