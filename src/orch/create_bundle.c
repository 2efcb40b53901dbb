/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/create_steps.h"

#include "core/strv.h"
#include "monitor/spec.h"
#include "orch/bundle.h"
#include "orch/network.h"
#include "orch/resolv_conf.h"
#include "orch/template.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#define CPU_PERIOD_US 100000

/* What a PLC's real-time threads want, as the cloud's agent gives it, and files for its clients. */
static char *const realtime_capabilities[] = { (char *)"CAP_SYS_NICE", NULL };
static const struct oci_rlimit wanted_limits[] = {
	{ .type = RLIMIT_NOFILE + 1, .soft = 1024, .hard = 524288 },
	{ .type = RLIMIT_RTPRIO + 1, .soft = 99, .hard = 99 },
	{ .type = RLIMIT_MEMLOCK + 1, .soft = UINT64_MAX, .hard = UINT64_MAX },
};
#define N_GENERAL_LIMITS 1 /* the first ones are every program's */

/* The most that a process may have: without CAP_SYS_RESOURCE that is what we have. */
static uint64_t highest(int resource, uint64_t wanted)
{
	struct rlimit own, more;

	if (getrlimit(resource, &own) < 0 || own.rlim_max >= wanted)
		return wanted;
	more = (struct rlimit){ own.rlim_cur, wanted };
	if (setrlimit(resource, &more) < 0)
		return own.rlim_max;
	(void)setrlimit(resource, &own); /* who could raise it can lower it */
	return wanted;
}

static void pick_limits(struct oci_rlimit out[])
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted_limits); i++) {
		const struct oci_rlimit *want = &wanted_limits[i];
		uint64_t hard = highest(want->type - 1, want->hard);

		out[i] = (struct oci_rlimit){ want->type, MIN(want->soft, hard), hard };
	}
}

/* Memory and time of processors, as far as they are limited. */
struct limits {
	struct oci_memory memory;
	struct oci_cpu cpu;
	struct oci_resources resources;
};

static const struct oci_resources *set_limits(const struct container *c, struct limits *l)
{
	uint64_t quota = c->cpu_quota_us ?: c->cores * CPU_PERIOD_US;

	*l = (struct limits){ 0 };
	if (c->memory_mb) {
		int64_t limit = (int64_t)c->memory_mb << 20;

		l->memory.limit = (struct opt_int){ true, limit };
		l->memory.swap = (struct opt_int){ true, limit + ((int64_t)c->swap_mb << 20) };
		l->resources.memory = &l->memory;
	}
	if (quota) {
		l->cpu.period = (struct opt_uint){ true, CPU_PERIOD_US };
		l->cpu.quota = (struct opt_int){ true, (int64_t)quota };
		l->resources.cpu = &l->cpu;
	}
	return c->memory_mb || quota ? &l->resources : NULL;
}

/* What every container has, whatever it is made from. */
static void fill_common(const struct container *c, const char *netns, struct bundle *b)
{
	b->hostname = c->hostname ?: c->name;
	b->network = netns ? BUNDLE_NETWORK_PATH : BUNDLE_NETWORK_HOST;
	b->netns = netns;
	b->annotations = &c->labels;
}

/* A bundle says itself what limits and rights its program has. */
static void fill_program(bool is_plc, struct bundle *b, struct oci_rlimit rlimits[])
{
	pick_limits(rlimits);
	b->rlimits = rlimits;
	b->n_rlimits = is_plc ? ARRAY_SIZE(wanted_limits) : N_GENERAL_LIMITS;
	b->add_capabilities = is_plc ? realtime_capabilities : NULL;
}

static bool has_namespace(const struct oci_config *config, int type)
{
	for (size_t i = 0; config->linux_ && i < config->linux_->n_namespaces; i++)
		if (config->linux_->namespaces[i].type == type)
			return true;
	return false;
}

/* Its hostname is its own, unless another one is asked for. */
static int fill_base(const struct container *c, const char *dir, struct bundle *b,
		     struct oci_config **base, struct err *e)
{
	int r = template_load(c->image, dir, base, e);

	if (r < 0)
		return r;
	b->base = *base;
	if (!c->hostname && b->base->hostname)
		b->hostname = b->base->hostname;
	if (has_namespace(b->base, CLONE_NEWUTS))
		return 0;
	b->hostname = NULL;
	return !c->hostname ? 0 :
			      err_msg(e, EINVAL,
				      "hostname %s: the bundle %s has the host's own, without a "
				      "uts namespace",
				      c->hostname, c->image);
}

int create_config(const struct creation *s, const char *rootfs, struct err *e)
{
	const struct container *c = s->c;
	autofree char *dir = orch_container_dir(s->o, c->ns, c->name);
	autofree char *netns = network_namespace(s->o, c);
	autofree char *resolv = resolv_conf_path(s->o, c);
	autofree char *cgroup = xasprintf("/%s/%s", c->ns, c->name);
	struct oci_rlimit rlimits[ARRAY_SIZE(wanted_limits)];
	autoconfig *base = NULL;
	struct limits limits;
	struct bundle b = {
		.rootfs = rootfs,
		.image = s->image ? &s->image->config : NULL,
		.resolv_conf = resolv,
		.resources = set_limits(c, &limits),
		.cgroups_path = cgroup,
	};
	int r = resolv_conf_make(s->o, c, e);

	fill_common(c, netns, &b);
	if (r == 0 && template_is(c->image))
		r = fill_base(c, dir, &b, &base, e);
	else
		fill_program(!s->run, &b, rlimits);
	if (s->run)
		run_request_bundle(s->run, &b);
	if (r == 0)
		r = bundle_write(dir, &b, e);
	if (s->run)
		run_request_bundle_done(&b);
	return r;
}

static int save_spec(const struct orch *o, const struct container *c, enum monitor_wanted wanted,
		     const char *signal, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	autofree char *root = orch_runtime_root(o, c->ns);
	autofree char *run = orch_monitor_dir(o, c->ns, c->name);
	autofree char *log = orch_log_path(o, c->ns, c->name);
	struct monitor_spec spec = {
		.version = MONITOR_VERSION,
		.id = c->name,
		.runtime = c->runtime,
		.root = root,
		.bundle = dir,
		.run = run,
		.log = log,
		.wanted = (int)wanted,
		.stop_signal = (char *)signal,
		.stop_timeout_ms = (int64_t)c->stop_timeout_ms,
	};
	int64_t restart = 0;

	if (!names_find(monitor_restart_names, c->restart, &restart))
		return err_msg(e, EINVAL, "restart policy \"%s\": no such policy", c->restart);
	spec.restart = (int)restart;
	return monitor_spec_save(dir, &spec, e);
}

int create_bundle(const struct creation *s, const char *rootfs, struct err *e)
{
	const char *signal = s->image ? s->image->config.config->stop_signal : NULL;
	int r = create_config(s, rootfs, e);

	return r < 0 ? r : save_spec(s->o, s->c, MONITOR_UP, signal, e);
}

int create_spec_anew(const struct orch *o, const struct container *c, struct err *e)
{
	return save_spec(o, c, MONITOR_DOWN, NULL, e);
}
