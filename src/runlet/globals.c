/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"

#include "core/procfs.h"
#include "core/str.h"
#include "engine/rootless.h"

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

/* Go's words for a boolean, and "auto". */
static const struct name rootless_names[] = {
	{ "true", 1 },	{ "1", 1 },	{ "t", 1 },	{ "T", 1 }, { "TRUE", 1 },
	{ "True", 1 },	{ "false", 0 }, { "0", 0 },	{ "f", 0 }, { "F", 0 },
	{ "FALSE", 0 }, { "False", 0 }, { "auto", -1 }, { "", -1 }, { 0 },
};

/* Whether --rootless, or who the caller is, says that missing permission for cgroups is forgiven.
 */
static int is_rootless(const struct globals *g, bool caller, struct err *e)
{
	int64_t value = -1;

	if (g->rootless && !names_find(rootless_names, g->rootless, &value))
		return err_msg(e, EINVAL, "--rootless: \"%s\" is neither true, false nor auto",
			       g->rootless);
	return value < 0 ? caller : (int)value;
}

/* podman sets XDG_RUNTIME_DIR to nothing: that is as good as unset. */
static const char *user_dir(const char *variable)
{
	const char *dir = getenv(variable);

	return dir && *dir == '/' ? dir : NULL;
}

/* Root of a user namespace is a user of the host, unless it logged in as root. */
static const char *default_root(bool caller_is_rootless, struct err *e)
{
	/* Kept until the end; unread, it would be optimized away, and what it points to look lost.
	 */
	__attribute__((used)) static char *root;
	const char *dir = user_dir("XDG_RUNTIME_DIR");
	const char *user = getenv("USER");

	if (geteuid() == 0 && (!caller_is_rootless || !dir || str_eq(user ?: "", "root")))
		return DEFAULT_ROOT;
	if (!dir) {
		err_msg(e, EINVAL,
			"XDG_RUNTIME_DIR is not set: name a state directory with --root");
		return NULL;
	}
	return root = xasprintf("%s/runlet", dir);
}

/* Or NULL. */
static const char *cache_dir(bool caller_is_rootless)
{
	__attribute__((used)) static char *cache; /* as root above */
	const char *dir = user_dir("XDG_CACHE_HOME");

	if (!caller_is_rootless)
		return CACHE;
	if (dir)
		return cache = xasprintf("%s/runlet", dir);
	dir = user_dir("HOME");
	return dir ? (cache = xasprintf("%s/.cache/runlet", dir)) : NULL;
}

int open_runtime(const struct globals *g, bool make, struct runtime *rt, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	bool caller;
	int r;

	*rt = (struct runtime)RUNTIME_NONE;
	if (proc < 0)
		return proc;
	rt->in_userns = rootless_in_userns(proc);
	caller = geteuid() != 0 || rt->in_userns;
	r = is_rootless(g, caller, e);
	if (r < 0)
		return r;
	rt->rootless = r;
	rt->root = g->root && *g->root ? g->root : default_root(caller, e);
	if (!rt->root)
		return -EINVAL;
	rt->root_required = g->root && *g->root;
	rt->cache = cache_dir(caller);
	rt->manager = g->cgroup_manager ? (enum cgroup_manager)g->cgroup_manager : CGROUP_CGROUPFS;
	if (g->systemd_cgroup)
		rt->manager = CGROUP_SYSTEMD;
	if (caller)
		cgroup_set_session(user_dir("XDG_RUNTIME_DIR") ?: "");
	return runtime_open(rt, make, e);
}

int open_container(const struct globals *g, const char *id, enum container_lock lock,
		   struct runtime *rt, struct container **out, struct err *e)
{
	int r = container_id_check(id, e);

	if (r < 0)
		return r;
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
