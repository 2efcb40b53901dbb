/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/site.h"

#include "net/attach.h"
#include "net/netns.h"
#include "net/process_id.h"

#include <errno.h>
#include <limits.h>

void site_done(struct site *s)
{
	free(s->name);
	free(s->netns_path);
	fd_close_p(&s->netns);
	*s = (struct site)SITE_NONE;
}

static int name_it(const struct site_args *a, struct site *s, struct err *e)
{
	const struct target *t = &a->target;
	const char *slash = t->netns ? strrchr(t->netns, '/') : NULL;

	if (a->name)
		s->name = xstrdup(a->name);
	else if (t->container)
		s->name = xstrdup(t->container);
	else if (t->netns)
		s->name = xstrdup(slash ? slash + 1 : t->netns);
	else
		s->name = xasprintf("pid-%lld", (long long)t->pid);
	return attach_check_name(s->name, e);
}

static int find_container(const struct globals *g, const char *id, struct site *s, struct err *e)
{
	struct netns_runtime rt = { .root = g->runtime_root };
	autofree char *program = NULL;
	int r = globals_runtime(g, &program, e);

	if (r < 0)
		return r;
	rt.program = program;
	s->pid = netns_container_pid(&rt, id, e);
	return s->pid < 0 ? s->pid : 0;
}

static int find_path(const char *netns, struct site *s, struct err *e)
{
	autofree char *named = strchr(netns, '/') ? NULL : xasprintf("/run/netns/%s", netns);

	s->netns_path = realpath(named ? named : netns, NULL);
	return s->netns_path ? 0 : err_set(e, errno, "network namespace %s", named ? named : netns);
}

static int open_site(const struct globals *g, const struct target *t, struct site *s, struct err *e)
{
	int r = 0;

	if (t->container)
		r = find_container(g, t->container, s, e);
	else if (t->netns)
		r = find_path(t->netns, s, e);
	else
		s->pid = (pid_t)t->pid;
	if (r == 0 && s->pid > 0)
		r = process_identify(s->pid, &s->start_time, e);
	if (r < 0)
		return r;
	s->netns = s->netns_path ? netns_open_path(s->netns_path, e) : netns_open_pid(s->pid, e);
	return s->netns < 0 ? s->netns : 0;
}

static int check_target(const struct target *t, struct err *e)
{
	if (!!t->netns + !!t->pid + !!t->container > 1)
		return err_msg(e, EINVAL, "only one of --netns, --pid and --container");
	if (t->pid && (t->pid < 0 || t->pid > INT_MAX))
		return err_msg(e, EINVAL, "--pid %lld: not a process id", (long long)t->pid);
	return 0;
}

int site_open(const struct globals *g, const struct site_args *a, struct site *out, struct err *e)
{
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r = check_target(&a->target, e);

	if (r == 0 && !target_is_given(&a->target))
		r = err_msg(e, EINVAL, "one of --container, --netns and --pid is needed");
	if (r == 0)
		r = name_it(a, &s, e);
	if (r == 0)
		r = open_site(g, &a->target, &s, e);
	if (r < 0)
		return r;
	*out = s;
	s = (struct site)SITE_NONE;
	return 0;
}

int site_find(const struct globals *g, const struct site_args *a, struct site *out, struct err *e)
{
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r = check_target(&a->target, e);

	if (r == 0 && !a->name && !target_is_given(&a->target))
		return 0;
	if (r == 0)
		r = name_it(a, &s, e);
	if (r < 0)
		return r;
	/* The container, or the namespace, may be gone: its records are not. */
	if (target_is_given(&a->target) && open_site(g, &a->target, &s, NULL) < 0)
		s.netns = -1;
	*out = s;
	s = (struct site)SITE_NONE;
	return 1;
}

int site_find_one(const struct globals *g, const struct site_args *a, struct site *out,
		  struct err *e)
{
	int r = site_find(g, a, out, e);

	return r == 0 ? err_msg(e, EINVAL,
				"one of --container, --netns, --pid and --name is needed") :
			r;
}

/* ---- showing ---- */

const struct opt site_show_opts[] = {
	O_SITE_(struct site_show_args, site),
	O_FLAG_("json", 'j', struct site_show_args, json, "print JSON"),
	{ 0 },
};

int site_show(const struct globals *g, const struct site_show_args *a, const struct site_show *how,
	      int argc, char **argv, struct err *e)
{
	_cleanup_(site_done) struct site s = SITE_NONE;
	autojsonout *o = a->json || g->json ? json_out_new("  ") : NULL;
	int r = site_find(g, &a->site, &s, e);

	if (r == 0 && argc)
		r = err_msg(e, EINVAL,
			    "an interface is a container's: --container, --netns, --pid "
			    "or --name is needed");
	if (r < 0)
		return r;
	if (o && how->by_name)
		json_out_object(o);
	else if (o)
		json_out_array(o);
	r = s.name ? how->one(g, s.name, argc, argv, o, e) : how->all(g, o, e);
	return print_shown(o, r, e);
}
