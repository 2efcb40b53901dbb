/* SPDX-License-Identifier: Apache-2.0 */
/* The names and their order are an interface: programs read what `runc events` prints. */
#include "engine/cgroup/stats.h"

/* A 0 is left out, as an empty list is. */
static void nonzero(struct json_out *o, const char *name, uint64_t value)
{
	if (value == 0)
		return;
	json_out_name(o, name);
	json_out_u64(o, value);
}

static void always(struct json_out *o, const char *name, uint64_t value)
{
	json_out_name(o, name);
	json_out_u64(o, value);
}

static void object(struct json_out *o, const char *name)
{
	json_out_name(o, name);
	json_out_object(o);
}

static void numbers(struct json_out *o, const char *name, const struct stat_numbers *l)
{
	if (l->n == 0)
		return;
	json_out_name(o, name);
	json_out_array(o);
	for (size_t i = 0; i < l->n; i++)
		json_out_u64(o, l->v[i]);
	json_out_end(o);
}

static void waits(struct json_out *o, const char *name, const struct stat_waits *w)
{
	const struct {
		const char *name;
		uint64_t value;
	} averages[] = { { "avg10", w->avg10 }, { "avg60", w->avg60 }, { "avg300", w->avg300 } };

	object(o, name);
	for (size_t i = 0; i < ARRAY_SIZE(averages); i++) {
		json_out_name(o, averages[i].name);
		json_out_hundredths(o, averages[i].value);
	}
	always(o, "total", w->total);
	json_out_end(o);
}

static void pressure(struct json_out *o, const struct stat_pressure *p)
{
	if (!p->known)
		return;
	object(o, "psi");
	waits(o, "some", &p->some);
	waits(o, "full", &p->full);
	json_out_end(o);
}

static void cpu(struct json_out *o, const struct cgroup_stats *s)
{
	object(o, "cpu");
	object(o, "usage");
	nonzero(o, "total", s->cpu_total);
	numbers(o, "percpu", &s->percpu);
	numbers(o, "percpu_kernel", &s->percpu_kernel);
	numbers(o, "percpu_user", &s->percpu_user);
	always(o, "kernel", s->cpu_kernel);
	always(o, "user", s->cpu_user);
	json_out_end(o);
	object(o, "throttling");
	nonzero(o, "periods", s->periods);
	nonzero(o, "throttledPeriods", s->throttled_periods);
	nonzero(o, "throttledTime", s->throttled_time);
	json_out_end(o);
	pressure(o, &s->cpu_pressure);
	json_out_end(o);
}

static void cpuset(struct json_out *o, const struct cgroup_stats *s)
{
	object(o, "cpuset");
	numbers(o, "cpus", &s->cpus);
	always(o, "cpu_exclusive", s->cpuset_flags[CPUSET_CPU_EXCLUSIVE]);
	numbers(o, "mems", &s->mems);
	always(o, "mem_hardwall", s->cpuset_flags[CPUSET_MEM_HARDWALL]);
	always(o, "mem_exclusive", s->cpuset_flags[CPUSET_MEM_EXCLUSIVE]);
	always(o, "memory_migrate", s->cpuset_flags[CPUSET_MEMORY_MIGRATE]);
	always(o, "memory_spread_page", s->cpuset_flags[CPUSET_MEMORY_SPREAD_PAGE]);
	always(o, "memory_spread_slab", s->cpuset_flags[CPUSET_MEMORY_SPREAD_SLAB]);
	always(o, "memory_pressure", s->cpuset_flags[CPUSET_MEMORY_PRESSURE]);
	always(o, "sched_load_balance", s->cpuset_flags[CPUSET_SCHED_LOAD_BALANCE]);
	json_out_name(o, "sched_relax_domain_level");
	json_out_i64(o, s->sched_relax_domain_level);
	json_out_end(o);
}

static void usage(struct json_out *o, const char *name, const struct stat_usage *u)
{
	object(o, name);
	always(o, "limit", u->limit);
	nonzero(o, "usage", u->usage);
	nonzero(o, "max", u->max);
	always(o, "failcnt", u->failcnt);
	json_out_end(o);
}

static void memory(struct json_out *o, const struct cgroup_stats *s)
{
	object(o, "memory");
	nonzero(o, "cache", s->cache);
	usage(o, "usage", &s->memory);
	usage(o, "swap", &s->swap);
	usage(o, "kernel", &s->kernel);
	usage(o, "kernelTCP", &s->kernel_tcp);
	if (s->memory_stat.n > 0) {
		object(o, "raw");
		for (size_t i = 0; i < s->memory_stat.n; i++)
			always(o, s->memory_stat.v[i].name, s->memory_stat.v[i].value);
		json_out_end(o);
	}
	pressure(o, &s->memory_pressure);
	json_out_end(o);
}

static void pids(struct json_out *o, const struct cgroup_stats *s)
{
	object(o, "pids");
	nonzero(o, "current", s->pids);
	nonzero(o, "limit", s->pids_limit);
	json_out_end(o);
}

static void io_list(struct json_out *o, const char *name, const struct stat_ios *l)
{
	if (l->n == 0)
		return;
	json_out_name(o, name);
	json_out_array(o);
	for (size_t i = 0; i < l->n; i++) {
		json_out_object(o);
		nonzero(o, "major", l->v[i].major);
		nonzero(o, "minor", l->v[i].minor);
		if (l->v[i].op[0]) {
			json_out_name(o, "op");
			json_out_string(o, l->v[i].op);
		}
		nonzero(o, "value", l->v[i].value);
		json_out_end(o);
	}
	json_out_end(o);
}

static void blkio(struct json_out *o, const struct cgroup_stats *s)
{
	static const char *const names[IO_KINDS] = {
		[IO_SERVICE_BYTES] = "ioServiceBytesRecursive",
		[IO_SERVICED] = "ioServicedRecursive",
		[IO_QUEUED] = "ioQueueRecursive",
		[IO_SERVICE_TIME] = "ioServiceTimeRecursive",
		[IO_WAIT_TIME] = "ioWaitTimeRecursive",
		[IO_MERGED] = "ioMergedRecursive",
		[IO_TIME] = "ioTimeRecursive",
		[IO_SECTORS] = "sectorsRecursive",
	};

	object(o, "blkio");
	for (size_t i = 0; i < IO_KINDS; i++)
		io_list(o, names[i], &s->io[i]);
	pressure(o, &s->io_pressure);
	json_out_end(o);
}

static void hugetlb(struct json_out *o, const struct cgroup_stats *s)
{
	object(o, "hugetlb");
	for (size_t i = 0; i < s->n_hugetlb; i++) {
		object(o, s->hugetlb[i].size);
		nonzero(o, "usage", s->hugetlb[i].use.usage);
		nonzero(o, "max", s->hugetlb[i].use.max);
		always(o, "failcnt", s->hugetlb[i].use.failcnt);
		json_out_end(o);
	}
	json_out_end(o);
}

void cgroup_stats_encode(const struct cgroup_stats *s, struct json_out *o)
{
	json_out_object(o);
	cpu(o, s);
	cpuset(o, s);
	memory(o, s);
	pids(o, s);
	blkio(o, s);
	hugetlb(o, s);
	json_out_name(o, "intel_rdt");
	rdt_stats_encode(&s->rdt, o);
	/* runc never lists them either. */
	json_out_name(o, "network_interfaces");
	json_out_null(o);
	json_out_end(o);
}
