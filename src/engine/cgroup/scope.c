/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/scope.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "engine/cgroup/scope_path.h"
#include "engine/cgroup/scope_properties.h"
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM LIBEXECDIR "/runlet-systemd"
/* systemd's own clients give it 25 s for an answer, and a job may have to wait for others. */
#define TIMEOUT_MS 90000
#define OUTPUT_MAX 2048

/* The caller's XDG_RUNTIME_DIR, when the manager is not the system's. */
static const char *session;

void cgroup_set_session(const char *runtime_dir)
{
	session = runtime_dir;
}

bool scope_of_user(void)
{
	return session != NULL;
}

bool cgroup_has_systemd(void)
{
	return access(PROGRAM, X_OK) == 0;
}

static int run_program(char *const *words, struct str *output, struct err *e)
{
	autofree char *variable = session ? xasprintf("XDG_RUNTIME_DIR=%s", session) : NULL;
	char *const env[] = { variable, NULL };
	const struct proc_run run = {
		.path = PROGRAM,
		.argv = words,
		.env = env,
		.timeout_ms = TIMEOUT_MS,
		.output_max = OUTPUT_MAX,
		.output = output,
	};
	int status = proc_run(&run, e);

	if (output->len && output->p[output->len - 1] == '\n')
		output->p[--output->len] = '\0';
	if (status < 0)
		return err_wrap(e, "runlet-systemd: ");
	if (status == 0)
		return 0;
	return err_msg(e, EIO, "systemd: %s",
		       output->len ? output->p : "runlet-systemd ended without a word");
}

/* VERB and what follows it. */
static int call(const char *verb, const char *unit, const char *argument, char *const *properties,
		struct str *output, struct err *e)
{
	struct strv_builder words = { 0 };
	autostrv char **argv = NULL;

	strv_builder_add(&words, xstrdup("runlet-systemd"));
	strv_builder_add(&words, xstrdup(session ? "user" : "system"));
	strv_builder_add(&words, xstrdup(verb));
	if (unit)
		strv_builder_add(&words, xstrdup(unit));
	if (argument)
		strv_builder_add(&words, xstrdup(argument));
	for (; properties && *properties; properties++)
		strv_builder_add(&words, xstrdup(*properties));
	argv = strv_builder_take(&words);
	return run_program(argv, output, e);
}

int scope_plan(const char *cgroups_path, const char *id, char **path, struct err *e)
{
	autostr base = { 0 };
	int r = 0;

	if (!cgroup_has_systemd())
		return err_msg(e, EOPNOTSUPP,
			       "--systemd-cgroup: " PROGRAM " is not installed, which systemd "
			       "cgroups need");
	if (session && cgroup_layout() != CGROUP_V2)
		return err_msg(e, EOPNOTSUPP,
			       "--systemd-cgroup: a user's systemd has cgroups on cgroup v2 only");
	if (session)
		r = call("cgroup", NULL, NULL, NULL, &base, e);
	if (r == 0 && base.len && base.p[0] != '/')
		r = err_msg(e, EINVAL, "systemd: \"%s\" is no cgroup", base.p);
	if (r < 0)
		return r;
	return scope_path_parse(cgroups_path, id, base.p ?: "",
				session ? "user.slice" : "system.slice", path, e);
}

int scope_start(const char *path, const char *id, pid_t pid, char *const *properties, struct err *e)
{
	autofree char *slice = scope_slice(path);
	autostrv char **all = NULL;
	autostr output = { 0 };
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	strv_push_take(&all, xasprintf("Description='runlet container %s'", id));
	strv_push_take(&all, xasprintf("Slice='%s'", slice));
	strv_push(&all, "Delegate=true");
	strv_push(&all, "DefaultDependencies=false");
	strv_push(&all, "MemoryAccounting=true");
	strv_push(&all, "CPUAccounting=true");
	strv_push(&all, "TasksAccounting=true");
	strv_push(&all,
		  cgroup_layout() == CGROUP_V2 ? "IOAccounting=true" : "BlockIOAccounting=true");
	for (; properties && *properties; properties++)
		strv_push(&all, *properties);
	return call("start", scope_unit(path), text, all, &output, e);
}

int scope_set(const char *path, char *const *properties, struct err *e)
{
	autostr output = { 0 };

	return strv_len(properties) > 0 ?
		       call("set", scope_unit(path), NULL, properties, &output, e) :
		       0;
}

int scope_stop(const char *path, struct err *e)
{
	autostr output = { 0 };

	/* By now the cgroup is gone, and systemd drops a scope without one by itself. */
	if (!cgroup_has_systemd())
		return 0;
	return call("stop", scope_unit(path), NULL, NULL, &output, e);
}

/* A kernel's /proc/devices has some hundred lines. */
static int read_devices(struct str *out, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : procfs_read(proc, "devices", 65536, out, e);
}

static int add_devices(const struct oci_resources *r, char ***properties, struct err *e)
{
	_cleanup_(device_rules_done) struct device_rules rules = { 0 };
	autostr devices = { 0 };
	int ret;

	ret = devices_reduce(r ? r->devices : NULL, r ? r->n_devices : 0, &rules, e);
	if (ret == 0)
		ret = read_devices(&devices, e);
	if (ret == 0)
		scope_devices(&rules, devices.p ?: "", properties);
	return ret;
}

int cgroup_start_scope(struct cgroup *cg, const char *id, pid_t pid, const struct oci_resources *r,
		       const struct strmap *annotations, struct err *e)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	autostrv char **properties = NULL;
	int ret;

	ret = cgroup_plan_limits(cg, r, &l, e);
	if (ret < 0)
		return ret;
	scope_limits(&l, &properties);
	/* Without privilege neither systemd nor we can have a say on devices. */
	if (!session)
		ret = add_devices(r, &properties, e);
	if (ret == 0)
		ret = scope_annotations(annotations, &properties, e);
	if (ret == 0)
		ret = scope_start(cg->path, id, pid, properties, e);
	cg->started = ret == 0;
	return ret;
}
