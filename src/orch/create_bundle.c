/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/create_steps.h"

#include "core/strv.h"
#include "monitor/spec.h"
#include "orch/bundle.h"
#include "orch/network.h"
#include "orch/resolv_conf.h"

#include <errno.h>
#include <sys/resource.h>

#define CPU_PERIOD_US 100000

/* What a PLC's real-time threads want, as the cloud's agent gives it. */
static char *const realtime_capabilities[] = { (char *)"CAP_SYS_NICE", NULL };
static const struct oci_rlimit realtime_limits[] = {
	{ .type = RLIMIT_RTPRIO + 1, .soft = 99, .hard = 99 },
	{ .type = RLIMIT_MEMLOCK + 1, .soft = UINT64_MAX, .hard = UINT64_MAX },
};

/* Memory and time of processors, as far as they are limited. */
struct limits {
	struct oci_memory memory;
	struct oci_cpu cpu;
	struct oci_resources resources;
};

static const struct oci_resources *set_limits(const struct container *c, struct limits *l)
{
	*l = (struct limits){ 0 };
	if (c->memory_mb) {
		int64_t limit = (int64_t)c->memory_mb << 20;

		l->memory.limit = (struct opt_int){ true, limit };
		l->memory.swap = (struct opt_int){ true, limit + ((int64_t)c->swap_mb << 20) };
		l->resources.memory = &l->memory;
	}
	if (c->cores) {
		l->cpu.period = (struct opt_uint){ true, CPU_PERIOD_US };
		l->cpu.quota = (struct opt_int){ true, (int64_t)c->cores * CPU_PERIOD_US };
		l->resources.cpu = &l->cpu;
	}
	return c->memory_mb || c->cores ? &l->resources : NULL;
}

static int write_config(const struct creation *s, const char *dir, const char *rootfs,
			struct err *e)
{
	const struct container *c = s->c;
	autofree char *netns = network_namespace(s->o, c);
	autofree char *resolv = resolv_conf_path(s->o, c);
	autofree char *cgroup = xasprintf("/%s/%s", c->ns, c->name);
	struct limits limits;
	const struct bundle b = {
		.rootfs = rootfs,
		.image = s->image ? &s->image->config : NULL,
		.hostname = c->hostname ?: c->name,
		.network = netns ? BUNDLE_NETWORK_PATH : BUNDLE_NETWORK_HOST,
		.netns = netns,
		.resolv_conf = resolv,
		.rlimits = realtime_limits,
		.n_rlimits = ARRAY_SIZE(realtime_limits),
		.add_capabilities = realtime_capabilities,
		.resources = set_limits(c, &limits),
		.cgroups_path = cgroup,
		.annotations = &c->labels,
	};
	int r = resolv_conf_make(s->o, c, e);

	return r < 0 ? r : bundle_write(dir, &b, e);
}

int create_bundle(const struct creation *s, const char *rootfs, struct err *e)
{
	const struct container *c = s->c;
	autofree char *dir = orch_container_dir(s->o, c->ns, c->name);
	autofree char *root = orch_runtime_root(s->o, c->ns);
	autofree char *run = orch_monitor_dir(s->o, c->ns, c->name);
	autofree char *log = orch_log_path(s->o, c->ns, c->name);
	const char *signal = s->image ? s->image->config.config->stop_signal : NULL;
	struct monitor_spec spec = {
		.version = MONITOR_VERSION,
		.id = c->name,
		.runtime = c->runtime,
		.root = root,
		.bundle = dir,
		.run = run,
		.log = log,
		.wanted = MONITOR_UP,
		.stop_signal = (char *)signal,
	};
	int64_t restart = 0;
	int r;

	if (!names_find(monitor_restart_names, c->restart, &restart))
		return err_msg(e, EINVAL, "restart policy \"%s\": no such policy", c->restart);
	spec.restart = (int)restart;
	r = write_config(s, dir, rootfs, e);
	return r < 0 ? r : monitor_spec_save(dir, &spec, e);
}
