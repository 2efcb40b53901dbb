/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroup of a container whose creator may not make one everywhere, or at all. */
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void map_add(struct strmap *m, const char *name, char *value)
{
	m->v = xrealloc(m->v, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = (struct strmap_entry){ xstrdup(name), value };
}

static bool may_write(int root, const char *path)
{
	return faccessat(root, *path ? path : ".", W_OK, AT_EACCESS) == 0;
}

/*
 * The directory below which the caller's containers go, with a '/' in front: on v1 the caller's own
 * cgroup; on v2 the one above, since the own one has processes in it, and so cannot have cgroups
 * with controllers below it. NULL when the caller has no say there.
 */
static char *parent_of(int root, const struct cgroup_hierarchy *h)
{
	autofree char *dir = xstrdup(h->own_path);
	char path[CGROUP_FILE_MAX];
	char *slash = strrchr(dir, '/');

	if (dir[0] != '/' || strlen(dir) >= CGROUP_PATH_MAX)
		return NULL;
	if (h->v2)
		*slash = '\0';
	else if (str_eq(dir, "/"))
		dir[0] = '\0';
	if (!may_write(root, dir[0] ? dir + 1 : ""))
		return NULL;
	/* A process is moved only by who may write to what is above both places. */
	if (h->v2 && !may_write(root, cgroup_file(path, dir[0] ? dir + 1 : ".", "cgroup.procs")))
		return NULL;
	return TAKE(dir);
}

static void find_paths(const struct layout *host, const char *id, struct strmap *out)
{
	const struct cgroup_hierarchy *info = cgroup_hierarchies();

	for (size_t i = 0; i < host->n; i++) {
		autofree char *parent = parent_of(host->v[i].root, &info[i]);

		if (parent)
			map_add(out, info[i].name, xasprintf("%s/%s", parent, id));
	}
}

/* Keeps the places that have a path in the map. */
static void keep_mapped(struct cgroup *cg)
{
	size_t kept = 0;
	bool only_optional = true;

	for (size_t i = 0; i < cg->n; i++) {
		const char *path = strmap_get(&cg->paths, cg->v[i].name);

		if (!path)
			continue;
		cg->v[kept] = cg->v[i];
		cg->v[kept].path = path + 1;
		only_optional &= cg->v[kept++].optional;
	}
	cg->n = kept;
	/* Then it is all that knows the container's processes. */
	for (size_t i = 0; i < kept && only_optional; i++)
		cg->v[i].optional = false;
}

static int clean_path(const struct strmap_entry *m, char **out, struct err *e)
{
	if (m->value[0] != '/')
		return err_msg(e, EINVAL, "cgroup path \"%s\" is not absolute", m->value);
	return cgroup_path_parse(m->value, "", out, e);
}

int cgroup_open_at(const struct strmap *paths, struct cgroup **out, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	const struct layout *host;
	int r = layout_host(&host, e);

	if (r < 0)
		return r;
	cg = cgroup_new_at(host, xstrdup(paths->n ? paths->v[0].value : ""));
	for (size_t i = 0; i < paths->n; i++) {
		char *path;

		r = clean_path(&paths->v[i], &path, e);
		if (r < 0)
			return r;
		map_add(&cg->paths, paths->v[i].name, path);
	}
	keep_mapped(cg);
	cg->rootless = true;
	*out = TAKE(cg);
	return 0;
}

/* The controllers that something is to be limited by: no limit (-1) takes none. unified apart. */
static int limiting(const struct oci_resources *r, unsigned *out, struct err *e)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	int ret = limits_plan(r, ~0u, ~0u, &l, e);

	*out = 0;
	for (size_t i = 0; ret == 0 && i < l.n; i++) {
		const char *value = l.v[i].value;

		if (!l.v[i].v2 && !str_eq(value, "-1") && !str_eq(value, "max"))
			*out |= CTRL_BIT(l.v[i].controller);
	}
	return ret;
}

/* What would be left out in silence is an error; device rules are not, since no device can be made
 * in a user namespace. */
static int refuse_limits(const struct cgroup *cg, const struct oci_resources *r, struct err *e)
{
	unsigned have = 0, missing;
	bool v2 = false;
	int ret;

	for (size_t i = 0; i < cg->n; i++) {
		v2 |= cg->v[i].v2;
		have |= cg->v[i].v2 && !cg->v[i].optional ? ~0u : cg->v[i].controllers;
	}
	ret = limiting(r, &missing, e);
	if (ret < 0)
		return ret;
	missing &= ~have;
	for (enum controller c = 0; CTRL_BIT(c) <= missing; c++)
		if (missing & CTRL_BIT(c))
			return err_msg(e, EACCES,
				       "cannot set %s limit: container could not join or create "
				       "cgroup (without permission to, a rootless container can "
				       "have no limits)",
				       controller_name(c, v2));
	if (r && r->unified.n > 0 && !v2)
		return err_msg(e, EACCES,
			       "linux.resources.unified: container could not join or create cgroup "
			       "(without permission to, a rootless container can have no limits)");
	return 0;
}

int cgroup_plan_rootless(const char *cgroups_path, const char *id, const struct oci_resources *r,
			 struct cgroup **out, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	_cleanup_(strmap_done) struct strmap paths = { 0 };
	const struct layout *host;
	int ret;

	if (cgroups_path && *cgroups_path) {
		ret = cgroup_plan(CGROUP_CGROUPFS, cgroups_path, id, out, e);
		if (ret == 0)
			(*out)->rootless = true;
		return ret;
	}
	ret = layout_host(&host, e);
	if (ret < 0)
		return ret;
	find_paths(host, id, &paths);
	ret = paths.n > 0 ? cgroup_open_at(&paths, &cg, e) :
			    cgroup_plan(CGROUP_DISABLED, NULL, id, &cg, e);
	if (ret == 0)
		ret = refuse_limits(cg, r, e);
	if (ret == 0)
		*out = TAKE(cg);
	return ret;
}
