/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/bundle.h"
#include "engine/console.h"
#include "engine/creation.h"
#include "engine/handover.h"
#include "engine/init/idmap.h"
#include "engine/notify.h"
#include "engine/security/attrs.h"

#include <errno.h>
#include <sched.h>

static int resolve_bundle(struct creation *c, struct err *e)
{
	const char *bundle = c->o->bundle && *c->o->bundle ? c->o->bundle : ".";

	c->bundle = realpath(bundle, NULL);
	if (!c->bundle)
		return err_set(e, errno, "chdir %s", bundle);
	return 0;
}

static int resolve_rootfs(struct creation *c, struct err *e)
{
	const char *root = c->config->root->path;
	autofree char *path = root[0] == '/' ? xstrdup(root) : xasprintf("%s/%s", c->bundle, root);

	c->rootfs = realpath(path, NULL);
	if (!c->rootfs)
		return err_set(e, errno, "invalid rootfs: stat %s", path);
	return 0;
}

static int prepare_process(struct creation *c, struct err *e)
{
	struct process_plan *p = &c->init.process;
	const struct oci_linux *l = c->config->linux_;
	autofd int cache = -1;
	int r;

	p->spec = c->config->process;
	p->linux_ = l;
	p->make_cwd = true;
	p->proc = c->rt->proc;
	r = idmap_check_user(l, p->spec->user, e);
	/* In a user namespace of its own init finds out by itself. */
	if (r == 0 && c->rt->in_userns)
		r = idmap_denies_setgroups(c->rt->proc, 0, e);
	if (r < 0)
		return r;
	p->keep_groups = r;
	r = preserved_fds(c->o->preserve_fds, c->o->listen_fds, &p->preserve_fds, &c->listen_env,
			  e);
	if (r < 0)
		return r;
	if (creation_notifies(c->o))
		strv_push(&c->listen_env, NOTIFY_VARIABLE);
	if (l && l->seccomp)
		cache = runtime_open_cache(c->rt);
	return process_prepare(p, l ? l->seccomp : NULL, cache, c->listen_env, e);
}

static int plan_cgroup(struct creation *c, struct err *e)
{
	const struct oci_linux *l = c->config->linux_;
	const char *path = l ? l->cgroups_path : NULL;

	if (c->rt->rootless && c->rt->manager == CGROUP_CGROUPFS)
		return cgroup_plan_rootless(path, c->o->id, l ? l->resources : NULL, &c->cgroup, e);
	return cgroup_plan(c->rt->manager, path, c->o->id, &c->cgroup, e);
}

static int add_notify_mount(struct creation *c, struct err *e)
{
	autofree char *root = realpath(c->rt->root, NULL);
	autofree char *state = NULL;

	if (!root)
		return err_set(e, errno, "find state directory %s", c->rt->root);
	state = xasprintf("%s/%s", root, c->o->id);
	notify_add_mount(c->config, state);
	return 0;
}

static int prepare_rootfs(struct creation *c, struct err *e)
{
	struct rootfs *r = &c->init.rootfs;

	r->config = c->config;
	r->bundle = c->bundle;
	r->root_path = c->rootfs;
	r->proc = c->rt->proc;
	r->no_pivot = c->o->no_pivot;
	r->new_userns = namespaces_has(&c->init.ns, CLONE_NEWUSER);
	r->joined_userns = namespaces_join_fd(&c->init.ns, CLONE_NEWUSER);
	r->new_cgroupns = namespaces_has(&c->init.ns, CLONE_NEWCGROUP);
	r->cgroup_path = cgroup_path(c->cgroup);
	r->cgroup_paths = cgroup_paths(c->cgroup);
	return rootfs_open(r, e);
}

static int prepare_class(struct creation *c, const struct oci_linux *l, struct err *e)
{
	if (!l || !l->intel_rdt)
		return 0;
	c->resctrl = rdt_open_host(c->rt->proc, e);
	if (c->resctrl < 0)
		return c->resctrl;
	return rdt_plan(c->resctrl, l->intel_rdt, c->o->id, &c->rdt, e);
}

int creation_prepare(struct creation *c, struct err *e)
{
	const struct create_options *o = c->o;
	const struct oci_linux *l;
	int r;

	r = container_id_check(o->id, e);
	if (r == 0)
		r = resolve_bundle(c, e);
	if (r == 0)
		r = bundle_load_config(c->bundle, o->config, &c->config, e);
	if (r < 0)
		return r;
	if (o->args) {
		strv_free(c->config->process->args);
		c->config->process->args = strv_copy(o->args);
	}
	l = c->config->linux_;
	c->init.config = c->config;
	c->init.id = o->id;
	c->init.proc = c->rt->proc;
	c->init.new_keyring = !o->no_new_keyring;
	r = console_check(c->config->process, o->detached, o->console_socket, e);
	if (r == 0)
		r = resolve_rootfs(c, e);
	if (r == 0)
		r = namespaces_open(c->config, &c->init.ns, e);
	if (r == 0)
		r = namespaces_check_own(&c->init.ns, c->config, c->rt->proc, e);
	if (r == 0)
		r = netdevs_find(l, &c->init.ns, c->rt->proc, &c->netdevs, e);
	if (r == 0)
		r = sysctl_check(c->config, e);
	if (r == 0)
		r = plan_cgroup(c, e);
	if (r == 0)
		r = prepare_class(c, l, e);
	if (r == 0 && creation_notifies(o))
		r = add_notify_mount(c, e);
	if (r == 0)
		r = prepare_rootfs(c, e);
	if (r == 0)
		r = prepare_process(c, e);
	c->init.cgroup = c->cgroup;
	return r;
}
