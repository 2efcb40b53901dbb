/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/cgroup.h"
#include "core/log.h"
#include "core/num.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/revert.h"
#include "engine/cgroup/scope.h"
#include "engine/cgroup/scope_properties.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <unistd.h>

#define EVENTS_MAX 4096

void cgroup_free(struct cgroup *cg)
{
	if (!cg)
		return;
	for (size_t i = 0; i < cg->n; i++) {
		(void)fd_close(cg->v[i].dir);
		(void)fd_close(cg->v[i].entry);
	}
	free(cg->v);
	free(cg->path);
	strmap_done(&cg->paths);
	free(cg);
}

void cgroup_free_p(struct cgroup **cg)
{
	cgroup_free(*cg);
}

const char *cgroup_path(const struct cgroup *cg)
{
	return cg->path;
}

const struct strmap *cgroup_paths(const struct cgroup *cg)
{
	return &cg->paths;
}

enum cgroup_manager cgroup_manager_of(const struct cgroup *cg)
{
	return cg->manager;
}

static struct cgroup *new_disabled(void)
{
	struct cgroup *cg = xcalloc(1, sizeof(*cg));

	cg->manager = CGROUP_DISABLED;
	cg->path = xstrdup("");
	return cg;
}

struct cgroup *cgroup_new_at(const struct layout *host, char *path)
{
	struct cgroup *cg = xcalloc(1, sizeof(*cg));

	cg->manager = CGROUP_CGROUPFS;
	cg->path = path;
	cg->v = xcalloc(host->n, sizeof(*cg->v));
	cg->n = host->n;
	for (size_t i = 0; i < host->n; i++)
		cg->v[i] = (struct place){
			.ops = host->info[i].v2 ? &place_v2 : &place_v1,
			.root = host->v[i].root,
			.name = host->info[i].name,
			.path = cg->path + 1,
			.controllers = host->v[i].controllers,
			.v2 = host->info[i].v2,
			.optional = host->info[i].v2 && host->kind == CGROUP_HYBRID,
			.dir = -1,
			.entry = -1,
		};
	return cg;
}

/* Takes path. */
static int new_on_host(enum cgroup_manager manager, char *path, struct cgroup **out, struct err *e)
{
	autofree char *owned = path;
	const struct layout *host;
	int r = layout_host(&host, e);

	if (r < 0)
		return r;
	if (host->kind == CGROUP_NONE)
		return err_msg(e, ENODEV,
			       "cgroup mountpoint does not exist: no cgroup hierarchy at "
			       "/sys/fs/cgroup");
	*out = cgroup_new_at(host, TAKE(owned));
	(*out)->manager = manager;
	(*out)->rootless = manager == CGROUP_SYSTEMD && scope_of_user();
	return 0;
}

int cgroup_plan(enum cgroup_manager manager, const char *cgroups_path, const char *id,
		struct cgroup **out, struct err *e)
{
	char *path;
	int r;

	if (manager == CGROUP_DISABLED) {
		*out = new_disabled();
		return 0;
	}
	r = manager == CGROUP_SYSTEMD ? scope_plan(cgroups_path, id, &path, e) :
					cgroup_path_parse(cgroups_path, id, &path, e);
	return r < 0 ? r : new_on_host(manager, path, out, e);
}

int cgroup_open(enum cgroup_manager manager, const char *path, struct cgroup **out, struct err *e)
{
	char *clean;
	int r;

	/* A path that cgroup_plan gave: a state file's "" must not mean the default. */
	if (manager != CGROUP_DISABLED && path[0] != '/')
		return err_msg(e, EINVAL, "cgroup path \"%s\" is not absolute", path);
	if (manager != CGROUP_SYSTEMD)
		return cgroup_plan(manager, path, "", out, e);
	r = cgroup_path_parse(path, "", &clean, e);
	return r < 0 ? r : new_on_host(manager, clean, out, e);
}

/* ---- finding a place ---- */

const struct place *cgroup_place_with(const struct cgroup *cg, enum controller c)
{
	const struct place *v2 = NULL;

	for (size_t i = 0; i < cg->n; i++) {
		if (cg->v[i].v2)
			v2 = &cg->v[i];
		else if (cg->v[i].controllers & CTRL_BIT(c))
			return &cg->v[i];
	}
	return v2;
}

/* A pure v2 host has one place. On v1, all hierarchies have the same processes; runc's choice. */
const struct place *cgroup_process_place(const struct cgroup *cg)
{
	static const enum controller order[] = { CTRL_DEVICES, CTRL_PIDS, CTRL_FREEZER,
						 CTRL_MEMORY };
	const struct place *p;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		p = cgroup_place_with(cg, order[i]);
		if (p && !p->optional)
			return p;
	}
	for (size_t i = 0; i < cg->n; i++)
		if (!cg->v[i].optional)
			return &cg->v[i];
	return NULL;
}

/* ---- limits ---- */

static int v2_controllers(const struct place *p, unsigned *out, struct err *e)
{
	char words[512];
	int r = cgroup_read(p->root, "cgroup.controllers", words, sizeof(words));

	if (r < 0)
		return err_set(e, -r, "read cgroup.controllers");
	*out = controllers_parse(words);
	return 0;
}

int cgroup_plan_limits(struct cgroup *cg, const struct oci_resources *r, struct limits *out,
		       struct err *e)
{
	unsigned v1 = 0, v2 = 0;
	struct place *p2 = NULL;
	int ret;

	for (size_t i = 0; i < cg->n; i++) {
		if (cg->v[i].v2)
			p2 = &cg->v[i];
		else
			v1 |= cg->v[i].controllers;
	}
	if (p2 && r && (limits_controllers(r) & ~v1 || r->unified.n > 0)) {
		ret = v2_controllers(p2, &v2, e);
		if (ret < 0)
			return ret;
		p2->controllers = v2;
	}
	ret = limits_plan(r, v1, v2, out, e);
	if (ret < 0)
		return ret;
	if (r && r->memory && (r->memory->kernel.is_set || r->memory->kernel_tcp.is_set))
		log_warning("Kernel memory settings are ignored and will be removed");
	for (size_t i = 0; i < out->n && p2; i++)
		if (out->v[i].v2 && out->v[i].needs_controller)
			p2->need |= CTRL_BIT(out->v[i].controller);
	return 0;
}

/* A hybrid host's v2 hierarchy costs as much as two v1 ones, and mostly has nothing to do. */
static void skip_unneeded(struct cgroup *cg, const struct limits *l)
{
	const struct place *devices = cgroup_place_with(cg, CTRL_DEVICES);
	bool needed = false;

	for (size_t i = 0; i < l->n; i++)
		needed |= l->v[i].v2;
	for (size_t i = 0; i < cg->n; i++)
		if (cg->v[i].optional)
			cg->v[i].skip = !needed && devices != &cg->v[i];
}

static int set_devices(const struct cgroup *cg, const struct oci_resources *r,
		       const struct device_rules *rules, struct err *e)
{
	const struct place *p = cgroup_place_with(cg, CTRL_DEVICES);

	if (p) {
		int ret = p->ops->set_devices(p, rules, e);

		return cg->rootless && (ret == -EPERM || ret == -EACCES) ? 0 : ret;
	}
	if (r && r->n_devices > 0 && !cg->rootless)
		return err_msg(e, EOPNOTSUPP,
			       "linux.resources.devices: this host has no devices controller");
	return 0;
}

int cgroup_refuse_used(const struct cgroup *cg, struct err *e)
{
	for (size_t i = 0; i < cg->n; i++) {
		const struct place *p = &cg->v[i];
		int r;

		if (faccessat(p->root, p->path, F_OK, 0) < 0)
			continue; /* mostly absent; what cannot be seen, mkdir will speak of */
		r = place_refuse(p, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int make_all(struct cgroup *cg, const struct oci_resources *r, const struct limits *l,
		    const struct device_rules *rules, struct err *e)
{
	int ret;

	for (size_t i = 0; i < cg->n; i++) {
		struct place *p = &cg->v[i];

		if (p->skip)
			continue;
		ret = p->ops->make(p, e);
		if (ret == 0 && !cg->started)
			ret = place_refuse(p, e);
		if (ret < 0)
			return ret;
		if (p->controllers & CTRL_BIT(CTRL_CPU) && !p->v2)
			realtime_for_parents(p, l);
	}
	ret = places_apply(cg->v, cg->n, l, e);
	return ret < 0 ? ret : set_devices(cg, r, rules, e);
}

int cgroup_make(struct cgroup *cg, const struct oci_resources *r, struct err *e)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	_cleanup_(device_rules_done) struct device_rules rules = { 0 };
	int ret;

	if (cg->n == 0)
		return 0;
	/* What can be refused by looking is refused before anything is made. */
	ret = cgroup_plan_limits(cg, r, &l, e);
	if (ret == 0)
		ret = devices_reduce(r ? r->devices : NULL, r ? r->n_devices : 0, &rules, e);
	if (ret < 0)
		return ret;
	skip_unneeded(cg, &l);
	ret = make_all(cg, r, &l, &rules, e);
	for (size_t i = 0; i < cg->n && ret < 0; i++)
		place_undo(&cg->v[i]);
	return ret;
}

/* v2 counts swap alone, so that memory plus swap means nothing without the memory limit. */
static void add_memory_limit(const struct cgroup *cg, struct oci_memory *m)
{
	const struct place *p = cgroup_place_with(cg, CTRL_MEMORY);
	char path[CGROUP_FILE_MAX], text[32];
	uint64_t limit;

	if (!p || !p->v2 || m->swap.value <= 0 || m->limit.value != 0 ||
	    cgroup_read(p->root, place_file(p, path, "memory.max"), text, sizeof(text)) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	m->limit.is_set = true;
	m->limit.value = num_parse_u64(text, INT64_MAX, "memory.max", &limit, NULL) == 0 ?
				 (int64_t)limit :
				 -1;
}

static int update_scope(const struct cgroup *cg, const struct limits *l, struct err *e)
{
	autostrv char **properties = NULL;

	scope_limits(l, &properties);
	return scope_set(cg->path, properties, e);
}

int cgroup_update(struct cgroup *cg, const struct oci_resources *want, struct err *e)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	_cleanup_(device_rules_done) struct device_rules rules = { 0 };
	_cleanup_(old_values_done) struct old_values old = { 0 };
	struct oci_memory memory = want->memory ? *want->memory : (struct oci_memory){ 0 };
	struct oci_resources with_memory = *want, *r = &with_memory;
	int ret;

	if (cg->n == 0)
		return err_msg(e, EOPNOTSUPP, "the container has no cgroup to update");
	r->memory = &memory;
	add_memory_limit(cg, &memory);
	ret = cgroup_plan_limits(cg, r, &l, e);
	if (ret == 0 && r->n_devices > 0)
		ret = devices_reduce(r->devices, r->n_devices, &rules, e);
	if (ret < 0)
		return ret;
	old_values_read(cg->v, cg->n, &l, &old);
	ret = places_apply(cg->v, cg->n, &l, e);
	/* systemd rounds some of what it writes: what was asked for comes last. */
	if (ret == 0 && cg->manager == CGROUP_SYSTEMD) {
		ret = update_scope(cg, &l, e);
		if (ret == 0)
			ret = places_apply(cg->v, cg->n, &l, e);
	}
	if (ret == 0 && r->n_devices > 0)
		ret = set_devices(cg, r, &rules, e);
	if (ret < 0)
		old_values_restore(&old);
	return ret;
}

/* ---- the freezer, and what the kernel killed ---- */

int cgroup_freeze(struct cgroup *cg, bool freeze, struct err *e)
{
	const struct place *p = cgroup_place_with(cg, CTRL_FREEZER);

	if (!p)
		return err_msg(e, EOPNOTSUPP, "the container has no freezer cgroup");
	return p->ops->freeze(p, freeze, e);
}

int cgroup_frozen(struct cgroup *cg, struct err *e)
{
	const struct place *p = cgroup_place_with(cg, CTRL_FREEZER);

	return p ? p->ops->frozen(p, e) : 0;
}

uint64_t cgroup_oom_kills(struct cgroup *cg)
{
	const struct place *p = cgroup_place_with(cg, CTRL_MEMORY);
	char path[CGROUP_FILE_MAX], text[EVENTS_MAX];
	uint64_t n = 0;
	char *count;

	if (!p ||
	    cgroup_read(p->root, place_file(p, path, p->ops->oom_file), text, sizeof(text)) < 0)
		return 0;
	count = strstr(text, "oom_kill ");
	if (!count)
		return 0;
	count += strlen("oom_kill ");
	count[strcspn(count, "\n")] = '\0';
	(void)num_parse_u64(count, UINT64_MAX, "oom_kill", &n, NULL);
	return n;
}

char *cgroup_freezer(const struct cgroup *cg)
{
	const struct place *p = cgroup_place_with(cg, CTRL_FREEZER);
	const struct cgroup_hierarchy *h = cgroup_hierarchies();

	for (; p && h->name; h++)
		if (h->v2 == p->v2 && str_eq(h->name, p->name))
			return xasprintf("%s/%s", h->mountpoint, p->path);
	return NULL;
}
