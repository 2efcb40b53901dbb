/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int open_place(struct place *p, bool for_clone, struct err *e)
{
	char path[CGROUP_FILE_MAX];

	if (p->skip || p->entry >= 0)
		return 0;
	p->entry = openat(p->root, place_file(p, path, p->ops->entry_file), O_WRONLY | O_CLOEXEC);
	if (p->entry < 0 && errno == ENOENT && p->optional)
		return 0;
	if (p->entry < 0 && errno == ENOENT)
		return err_msg(e, ENODEV, "cgroup %s/%s does not exist", p->name, p->path);
	if (p->entry < 0)
		return err_set(e, errno, "open cgroup %s/%s", p->name, path);
	if (!p->v2 || !for_clone)
		return 0;
	p->dir = openat(p->root, p->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return p->dir < 0 ? err_set(e, errno, "open cgroup /%s", p->path) : 0;
}

int cgroup_open_entry(struct cgroup *cg, bool for_clone, struct err *e)
{
	for (size_t i = 0; i < cg->n; i++) {
		int r = open_place(&cg->v[i], for_clone, e);

		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Who writes, and where: the child, "0" to v1's tasks, or the parent, the child's pid to
 * cgroup.procs? The latter moves a whole process, for which the kernel stops every fork and exit of
 * the machine (cgroup_threadgroup_rwsem, whose writer first waits for an RCU grace period, unless
 * another writer has just been there). Medians of 60 interleaved rounds 20 ms apart, 9 hierarchies,
 * Linux 6.18, 2 CPUs:
 *
 *                        first hierarchy   each further one   all
 *   child, tasks               20 us            7 us          80 us
 *   parent, cgroup.procs       10 ms            8 us          10 ms
 */
int cgroup_enter(const struct cgroup *cg, struct err *e)
{
	for (size_t i = 0; i < cg->n; i++) {
		const struct place *p = &cg->v[i];

		if (p->entry < 0 || (p->v2 && cg->cloned))
			continue;
		if (write(p->entry, "0", 1) < 0)
			return err_set(e, errno, "enter cgroup %s/%s", p->name, p->path);
	}
	return 0;
}

size_t cgroup_entries(const struct cgroup *cg, int fds[CGROUP_ENTRIES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < cg->n && n < CGROUP_ENTRIES_MAX; i++)
		if (cg->v[i].entry >= 0 && !(cg->v[i].v2 && cg->cloned))
			fds[n++] = cg->v[i].entry;
	return n;
}

int cgroup_enter_by(const int *fds, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (write(fds[i], "0", 1) < 0)
			return err_set(e, errno, "enter the container's cgroup");
	return 0;
}

int cgroup_v2_fd(const struct cgroup *cg)
{
	for (size_t i = 0; i < cg->n; i++)
		if (cg->v[i].dir >= 0)
			return cg->v[i].dir;
	return -1;
}

void cgroup_set_cloned(struct cgroup *cg, bool cloned)
{
	cg->cloned = cloned;
}

/* One --cgroup: which hierarchies, and where below the container's cgroup. */
struct sub {
	char **hierarchies; /* NULL: all */
	char *path;	    /* "" or "/x/y" */
};

struct sub_list {
	struct sub *v;
	size_t n;
};

static void sub_list_done(struct sub_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		strv_free(l->v[i].hierarchies);
		free(l->v[i].path);
	}
	free(l->v);
}

/* A hierarchy is known by any of its controllers, or by its name, also as "name=systemd". */
static bool is_hierarchy(const struct place *p, const char *name)
{
	autostrv char **names = strv_split(p->name, ',');

	name += str_starts(name, "name=") ? strlen("name=") : 0;
	return !p->v2 && strv_has(names, name);
}

static int check_names(const struct cgroup *cg, char *const *names, struct err *e)
{
	for (; *names; names++) {
		bool known = false;

		for (size_t i = 0; i < cg->n && !known; i++)
			known = is_hierarchy(&cg->v[i], *names);
		if (!known)
			return err_msg(e, EINVAL, "unknown controller \"%s\" in --cgroup", *names);
	}
	return 0;
}

static int sub_parse(const struct cgroup *cg, const char *text, struct sub *out, struct err *e)
{
	const char *colon = strchr(text, ':');
	autofree char *list = colon ? xstrndup(text, (size_t)(colon - text)) : NULL;
	autostrv char **names = list ? strv_split(list, ',') : NULL;
	int r;

	if (names) {
		r = check_names(cg, names, e);
		if (r < 0)
			return r;
	}
	r = cgroup_sub_parse(colon ? colon + 1 : text, &out->path, e);
	if (r == 0)
		out->hierarchies = TAKE(names);
	return r;
}

/* The last one that names the hierarchy wins; "" when none does. */
static const char *sub_for(const struct sub_list *l, const struct place *p)
{
	const char *path = "";

	for (size_t i = 0; i < l->n; i++) {
		bool named = l->v[i].hierarchies == NULL;

		for (char **h = l->v[i].hierarchies; h && *h; h++)
			named |= is_hierarchy(p, *h);
		if (named)
			path = l->v[i].path;
	}
	return path;
}

static int add_to_place(const struct place *p, const char *sub, const char *pid, struct err *e)
{
	autofree char *dir = xasprintf("%s%s", p->path, sub);
	char path[CGROUP_FILE_MAX];
	int r;

	if (strlen(dir) >= CGROUP_PATH_MAX)
		return err_msg(e, ENAMETOOLONG, "sub-cgroup: the path is too long");
	r = cgroup_write(p->root, cgroup_file(path, dir, "cgroup.procs"), pid);
	if (r == -ENOENT && p->optional)
		return 0;
	if (r == -ENOENT)
		return err_msg(e, ENODEV, "cgroup %s/%s does not exist", p->name, dir);
	return r < 0 ? err_set(e, -r, "add process %s to cgroup %s/%s", pid, p->name, dir) : 0;
}

int cgroup_add(struct cgroup *cg, pid_t pid, char *const *sub, struct err *e)
{
	_cleanup_(sub_list_done) struct sub_list subs = { 0 };
	char text[16];
	int r;

	if (cg->n == 0 && strv_len(sub) > 0)
		return err_msg(e, EOPNOTSUPP, "the container has no cgroup");
	subs.v = xcalloc(strv_len(sub) + 1, sizeof(*subs.v));
	for (; sub && *sub; sub++) {
		r = sub_parse(cg, *sub, &subs.v[subs.n], e);
		if (r < 0)
			return r;
		subs.n++;
	}
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	for (size_t i = 0; i < cg->n; i++) {
		r = add_to_place(&cg->v[i], sub_for(&subs, &cg->v[i]), text, e);
		if (r < 0)
			return r;
	}
	return 0;
}
