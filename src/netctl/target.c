/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/target.h"

#include "core/procfs.h"
#include "net/netns.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/* ---- the runtime ---- */

/* runlet in the directory of this program; NULL when there is none. */
static char *beside(void)
{
	autofd int proc = procfs_open_root(NULL);
	char own[PATH_MAX];
	autofree char *path = NULL;
	ssize_t n = proc < 0 ? -1 : readlinkat(proc, "self/exe", own, sizeof(own) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	own[n] = '\0';
	slash = strrchr(own, '/');
	if (!slash)
		return NULL;
	path = xasprintf("%.*s/runlet", (int)(slash - own), own);
	return access(path, X_OK) == 0 ? TAKE(path) : NULL;
}

static char *on_path(const char *name)
{
	const char *path = getenv("PATH");
	autostrv char **dirs = strv_split(path ?: "/usr/sbin:/usr/bin:/sbin:/bin", ':');

	for (size_t i = 0; i < strv_len(dirs); i++) {
		autofree char *file = xasprintf("%s/%s", dirs[i], name);

		if (*file == '/' && access(file, X_OK) == 0)
			return TAKE(file);
	}
	return NULL;
}

int globals_runtime(const struct globals *g, char **out, struct err *e)
{
	const char *asked = g->runtime;

	if (asked && strchr(asked, '/')) {
		*out = realpath(asked, NULL);
		return *out ? 0 : err_set(e, errno, "runtime %s", asked);
	}
	*out = asked ? NULL : beside();
	if (!*out)
		*out = on_path(asked ?: "runlet");
	return *out ? 0 : err_msg(e, ENOENT, "runtime %s: no such program", asked ?: "runlet");
}

/* ---- the namespace ---- */

bool target_is_given(const struct target *t)
{
	return t->netns || t->pid || t->container;
}

static int open_container(const struct globals *g, const char *id, struct err *e)
{
	struct netns_runtime rt = { .root = g->runtime_root };
	autofree char *program = NULL;
	int r = globals_runtime(g, &program, e);

	if (r < 0)
		return r;
	rt.program = program;
	return netns_open_container(&rt, id, e);
}

static int open_path(const char *path, struct err *e)
{
	autofree char *named = strchr(path, '/') ? NULL : xasprintf("/run/netns/%s", path);

	return netns_open_path(named ?: path, e);
}

int target_open(const struct globals *g, const struct target *t, int *out, struct err *e)
{
	int fd = -1;

	if (!!t->netns + !!t->pid + !!t->container > 1)
		return err_msg(e, EINVAL, "only one of --netns, --pid and --container");
	if (t->pid && (t->pid < 0 || t->pid > INT_MAX))
		return err_msg(e, EINVAL, "--pid %lld: not a process id", (long long)t->pid);
	if (t->netns)
		fd = open_path(t->netns, e);
	else if (t->pid)
		fd = netns_open_pid((pid_t)t->pid, e);
	else if (t->container)
		fd = open_container(g, t->container, e);
	else {
		*out = -1;
		return 0;
	}
	if (fd < 0)
		return fd;
	*out = fd;
	return 0;
}

int target_open_nl(const struct globals *g, const struct target *t, struct nl **out, struct err *e)
{
	autofd int netns = -1;
	int r = target_open(g, t, &netns, e);

	return r < 0 ? r : nl_open_in(netns, out, e);
}

int target_open_link(const struct globals *g, const struct target *t, const char *name,
		     struct nl **nl, struct link *out, struct err *e)
{
	int r = target_open_nl(g, t, nl, e);

	return r < 0 ? r : link_get(*nl, name, out, e);
}
