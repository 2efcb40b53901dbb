/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/orch.h"

#include "core/strv.h"

void orch_done(struct orch *o)
{
	free(o->state_dir);
	free(o->run_dir);
	free(o->log_dir);
	free(o->audit_dir);
	free(o->runtime);
	free(o->monitor);
	free(o->program);
	free(o->ns);
	free(o->ovs_db);
	free(o->image);
	*o = (struct orch){ 0 };
}

char *orch_container_dir(const struct orch *o, const char *ns, const char *name)
{
	return xasprintf("%s/containers/%s/%s", o->state_dir, ns, name);
}

char *orch_netns_path(const struct orch *o, const char *ns, const char *name)
{
	return xasprintf("%s/netns/%s/%s", o->run_dir, ns, name);
}

char *orch_runtime_root(const struct orch *o, const char *ns)
{
	return xasprintf("%s/runtime/%s", o->run_dir, ns);
}

char *orch_monitor_dir(const struct orch *o, const char *ns, const char *name)
{
	return xasprintf("%s/monitor/%s/%s", o->run_dir, ns, name);
}

char *orch_log_path(const struct orch *o, const char *ns, const char *name)
{
	return xasprintf("%s/%s/%s.log", o->log_dir, ns, name);
}

char *orch_image_dir(const struct orch *o)
{
	return xasprintf("%s/images", o->state_dir);
}

char *orch_net_dir(const struct orch *o)
{
	return xasprintf("%s/net", o->state_dir);
}

char *orch_net_name(const char *ns, const char *name)
{
	return str_eq(ns, ORCH_NS) ? xstrdup(name) : xasprintf("+%s+%s", ns, name);
}

char **orch_argv(const struct orch *o, const char *ns)
{
	const char *const args[] = {
		o->program,    "--state-dir", o->state_dir, "--run-dir", o->run_dir,
		"--log-dir",   o->log_dir,    "--runtime",  o->runtime,	 "--monitor",
		o->monitor,    "--image",     o->image,	    "--ns",	 ns,
		"--audit-dir", o->audit_dir,  "--ovs-db",   o->ovs_db,
	};
	char **v = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		strv_push(&v, args[i]);
	if (o->debug)
		strv_push(&v, "--debug");
	return v;
}
