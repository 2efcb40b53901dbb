/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"

#include "core/str.h"

#include <errno.h>
#include <unistd.h>

#define DEFAULT_ROOT "/run/runlet"
/* Not below --root: that holds containers, and callers look whether it is empty. */
#define CACHE "/var/cache/runlet"

const struct name output_format_names[] = {
	{ "table", OUTPUT_TABLE },
	{ "json", OUTPUT_JSON },
	{ 0 },
};

/* podman sets XDG_RUNTIME_DIR to nothing: that is as good as unset. */
static const char *default_root(struct err *e)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		return DEFAULT_ROOT;
	if (!dir || !*dir) {
		err_msg(e, EINVAL,
			"XDG_RUNTIME_DIR is not set: name a state directory with --root");
		return NULL;
	}
	return xasprintf("%s/runlet", dir); /* kept until the end */
}

int open_runtime(const struct globals *g, bool make, struct runtime *rt, struct err *e)
{
	*rt = (struct runtime)RUNTIME_NONE;
	rt->root = g->root && *g->root ? g->root : default_root(e);
	if (!rt->root)
		return -EINVAL;
	rt->root_required = g->root && *g->root;
	rt->cache = geteuid() == 0 ? CACHE : NULL;
	rt->manager = g->cgroup_manager ? (enum cgroup_manager)g->cgroup_manager : CGROUP_CGROUPFS;
	if (g->systemd_cgroup)
		rt->manager = CGROUP_SYSTEMD;
	return runtime_open(rt, make, e);
}

int open_container(const struct globals *g, const char *id, enum container_lock lock,
		   struct runtime *rt, struct container **out, struct err *e)
{
	int r;

	r = open_runtime(g, false, rt, e);
	if (r == -ENOENT)
		return err_msg(e, ENOENT, "container does not exist");
	return r < 0 ? r : container_open(rt, id, lock, out, e);
}

int finish_output(struct err *e)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return err_set(e, errno, "write to standard output");
	return 0;
}
