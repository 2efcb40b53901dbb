/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/procfs.h"
#include "net/ovs.h"
#include "orch/audit.h"
#include "orch/container_name.h"
#include "orch/store.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/* The file of this program. */
static int own_path(char **out, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	char path[PATH_MAX];
	ssize_t n;

	if (proc < 0)
		return proc;
	n = readlinkat(proc, "self/exe", path, sizeof(path));
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(e, n < 0 ? errno : ENAMETOOLONG, "find this program's file");
	*out = xstrndup(path, (size_t)n);
	return 0;
}

/* A name without a slash is looked for where programs are. */
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

static int find_program(const char *asked, const char *name, char *const *beside, char **out,
			struct err *e)
{
	if (asked && strchr(asked, '/')) {
		*out = realpath(asked, NULL);
		return *out ? 0 : err_set(e, errno, "%s", asked);
	}
	for (size_t i = 0; !asked && i < strv_len(beside); i++)
		if (access(beside[i], X_OK) == 0) {
			*out = xstrdup(beside[i]);
			return 0;
		}
	*out = on_path(asked ?: name);
	return *out ? 0 : err_msg(e, ENOENT, "%s: no such program", asked ?: name);
}

static int find_programs(const struct globals *g, struct orch *o, struct err *e)
{
	autostrv char **monitors = NULL;
	autostrv char **runtimes = NULL;
	autofree char *dir = NULL;
	int r;

	r = own_path(&o->program, e);
	if (r < 0)
		return r;
	dir = xstrndup(o->program, (size_t)(strrchr(o->program, '/') - o->program));
	strv_push_take(&runtimes, xasprintf("%s/runlet", dir));
	strv_push_take(&monitors, xasprintf("%s/runlet-monitor", dir));
	strv_push_take(&monitors, xasprintf("%s/../libexec/runlet-monitor", dir));
	r = find_program(g->runtime, "runlet", runtimes, &o->runtime, e);
	if (r < 0)
		return r;
	return find_program(g->monitor, "runlet-monitor", monitors, &o->monitor, e);
}

/* Directories may be given relative to where the caller is. */
static int set_dir(const char *given, const char *otherwise, char **out, struct err *e)
{
	autofree char *here = NULL;

	if (!given || *given == '/') {
		*out = xstrdup(given ?: otherwise);
		return 0;
	}
	here = getcwd(NULL, 0);
	if (!here)
		return err_set(e, errno, "find the working directory");
	*out = xasprintf("%s/%s", here, given);
	return 0;
}

int globals_audit_dir(const struct globals *g, char **out, struct err *e)
{
	autofree char *below = g->state_dir ? xasprintf("%s/audit", g->state_dir) : NULL;

	return set_dir(g->audit_dir ?: below, AUDIT_DIR, out, e);
}

static int fill(const struct globals *g, struct orch *o, struct err *e)
{
	int r = container_ns_check(g->ns ?: ORCH_NS, e);

	if (r < 0)
		return err_wrap(e, "--ns: ");
	o->ns = xstrdup(g->ns ?: ORCH_NS);
	o->ovs_db = xstrdup(g->ovs_db ?: OVS_DB_DEFAULT);
	o->image = xstrdup(g->image ?: ORCH_IMAGE);
	o->debug = g->debug;
	o->env = environ;
	r = set_dir(g->state_dir, ORCH_STATE_DIR, &o->state_dir, e);
	if (r == 0)
		r = set_dir(g->run_dir, ORCH_RUN_DIR, &o->run_dir, e);
	if (r == 0)
		r = set_dir(g->log_dir, ORCH_LOG_DIR, &o->log_dir, e);
	if (r == 0)
		r = globals_audit_dir(g, &o->audit_dir, e);
	if (r == 0)
		r = find_programs(g, o, e);
	return r < 0 ? r : store_prepare(o, e);
}

int globals_orch(const struct globals *g, struct orch *o, struct err *e)
{
	struct orch made = { 0 };
	int r = fill(g, &made, e);

	if (r < 0) {
		orch_done(&made);
		return r;
	}
	*o = made;
	return 0;
}
