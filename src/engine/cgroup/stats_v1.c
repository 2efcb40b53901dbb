/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/layout.h"
#include "engine/cgroup/stats_parse.h"
#include <stdio.h>
#include <unistd.h>

#define FILE_NAME_MAX 128
#define NSEC_PER_SEC 1000000000u

static int read_cpu(int dir, struct cgroup_stats *s, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, "cpu.stat", &text, e);

	if (r <= 0)
		return r;
	s->periods = stats_value(text.p, "nr_periods");
	s->throttled_periods = stats_value(text.p, "nr_throttled");
	s->throttled_time = stats_value(text.p, "throttled_time");
	return 0;
}

static int read_cpuacct(int dir, struct cgroup_stats *s, struct err *e)
{
	autostr stat = { 0 }, percpu = { 0 }, all = { 0 };
	/* The kernel counts these two in ticks, whose length is the same for every program. */
	uint64_t tick = NSEC_PER_SEC / (uint64_t)MAX(sysconf(_SC_CLK_TCK), 1L);
	int r;

	r = stats_file(dir, "cpuacct.stat", &stat, e);
	if (r > 0) {
		s->cpu_user = stats_value(stat.p, "user") * tick;
		s->cpu_kernel = stats_value(stat.p, "system") * tick;
	}
	if (r >= 0)
		r = stats_number_file(dir, "cpuacct.usage", &s->cpu_total, e);
	if (r >= 0)
		r = stats_file(dir, "cpuacct.usage_percpu", &percpu, e);
	if (r > 0)
		stats_numbers(percpu.p, &s->percpu);
	if (r >= 0)
		r = stats_file(dir, "cpuacct.usage_all", &all, e);
	if (r > 0)
		stats_percpu(all.p, &s->percpu_user, &s->percpu_kernel);
	return MIN(r, 0);
}

static int read_list(int dir, const char *name, struct stat_numbers *out, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, name, &text, e);

	if (r > 0)
		stats_list(text.p, out);
	return MIN(r, 0);
}

static int read_relax_level(int dir, int64_t *out, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, "cpuset.sched_relax_domain_level", &text, e);

	/* -1 is the system's default. */
	if (r > 0)
		*out = text.p[0] == '-' ? -(int64_t)stats_number(text.p + 1) :
					  (int64_t)stats_number(text.p);
	return MIN(r, 0);
}

static int read_cpuset(int dir, struct cgroup_stats *s, struct err *e)
{
	static const char *const flags[CPUSET_FLAGS] = {
		[CPUSET_CPU_EXCLUSIVE] = "cpuset.cpu_exclusive",
		[CPUSET_MEM_HARDWALL] = "cpuset.mem_hardwall",
		[CPUSET_MEM_EXCLUSIVE] = "cpuset.mem_exclusive",
		[CPUSET_MEMORY_MIGRATE] = "cpuset.memory_migrate",
		[CPUSET_MEMORY_SPREAD_PAGE] = "cpuset.memory_spread_page",
		[CPUSET_MEMORY_SPREAD_SLAB] = "cpuset.memory_spread_slab",
		[CPUSET_MEMORY_PRESSURE] = "cpuset.memory_pressure",
		[CPUSET_SCHED_LOAD_BALANCE] = "cpuset.sched_load_balance",
	};
	int r;

	r = read_list(dir, "cpuset.cpus", &s->cpus, e);
	if (r == 0)
		r = read_list(dir, "cpuset.mems", &s->mems, e);
	for (size_t i = 0; i < ARRAY_SIZE(flags) && r == 0; i++)
		r = stats_number_file(dir, flags[i], &s->cpuset_flags[i], e);
	return r < 0 ? r : read_relax_level(dir, &s->sched_relax_domain_level, e);
}

/* Four files whose names begin alike. */
static int read_usage(int dir, const char *prefix, struct stat_usage *u, struct err *e)
{
	const struct {
		const char *suffix;
		uint64_t *out;
	} files[] = {
		{ "limit_in_bytes", &u->limit },
		{ "usage_in_bytes", &u->usage },
		{ "max_usage_in_bytes", &u->max },
		{ "failcnt", &u->failcnt },
	};
	char name[FILE_NAME_MAX];
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++) {
		(void)snprintf(name, sizeof(name), "%s.%s", prefix, files[i].suffix);
		r = stats_number_file(dir, name, files[i].out, e);
	}
	return r;
}

static int read_memory(int dir, struct cgroup_stats *s, struct err *e)
{
	const struct {
		const char *prefix;
		struct stat_usage *use;
	} uses[] = {
		{ "memory", &s->memory },
		{ "memory.memsw", &s->swap },
		{ "memory.kmem", &s->kernel },
		{ "memory.kmem.tcp", &s->kernel_tcp },
	};
	autostr text = { 0 };
	int r;

	r = stats_file(dir, "memory.stat", &text, e);
	if (r > 0) {
		stats_pairs(text.p, &s->memory_stat);
		s->cache = stats_value(text.p, "cache");
	}
	for (size_t i = 0; i < ARRAY_SIZE(uses) && r >= 0; i++)
		r = read_usage(dir, uses[i].prefix, uses[i].use, e);
	return MIN(r, 0);
}

static int read_pids(int dir, struct cgroup_stats *s, struct err *e)
{
	int r;

	r = stats_number_file(dir, "pids.current", &s->pids, e);
	if (r == 0)
		r = stats_number_file(dir, "pids.max", &s->pids_limit, e);
	if (s->pids_limit == UINT64_MAX)
		s->pids_limit = 0;
	return r;
}

static int read_io(int dir, const char *prefix, enum stat_io_kind kind, struct stat_ios *out,
		   struct err *e)
{
	static const char *const names[IO_KINDS] = {
		[IO_SERVICE_BYTES] = "io_service_bytes",
		[IO_SERVICED] = "io_serviced",
		[IO_QUEUED] = "io_queued",
		[IO_SERVICE_TIME] = "io_service_time",
		[IO_WAIT_TIME] = "io_wait_time",
		[IO_MERGED] = "io_merged",
		[IO_TIME] = "time",
		[IO_SECTORS] = "sectors",
	};
	char name[FILE_NAME_MAX];
	autostr text = { 0 };
	int r;

	(void)snprintf(name, sizeof(name), "blkio.%s%s_recursive", prefix, names[kind]);
	r = stats_file(dir, name, &text, e);
	if (r > 0)
		stats_blkio(text.p, out);
	return MIN(r, 0);
}

/* A scheduler of a device counts more than the throttling layer; the first that counts is taken. */
static int read_blkio(int dir, struct cgroup_stats *s, struct err *e)
{
	static const char *const prefixes[] = { "bfq.", "", "throttle." };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && r == 0; i++) {
		for (enum stat_io_kind k = 0; k < IO_KINDS && r == 0; k++)
			r = read_io(dir, prefixes[i], k, &s->io[k], e);
		if (s->io[IO_SERVICED].n > 0)
			break;
	}
	return r;
}

static int read_hugetlb(int dir, struct cgroup_stats *s, struct err *e)
{
	char prefix[FILE_NAME_MAX];
	int r = stats_hugetlb_sizes(dir, ".max_usage_in_bytes", s, e);

	for (size_t i = 0; i < s->n_hugetlb && r == 0; i++) {
		(void)snprintf(prefix, sizeof(prefix), "hugetlb.%s", s->hugetlb[i].size);
		r = read_usage(dir, prefix, &s->hugetlb[i].use, e);
	}
	return r;
}

int stats_read_v1(int dir, unsigned controllers, struct cgroup_stats *s, struct err *e)
{
	static const struct {
		enum controller controller;
		int (*read)(int dir, struct cgroup_stats *s, struct err *e);
	} readers[] = {
		{ CTRL_CPU, read_cpu },		{ CTRL_CPUACCT, read_cpuacct },
		{ CTRL_CPUSET, read_cpuset },	{ CTRL_MEMORY, read_memory },
		{ CTRL_PIDS, read_pids },	{ CTRL_BLKIO, read_blkio },
		{ CTRL_HUGETLB, read_hugetlb },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(readers) && r == 0; i++)
		if (controllers & CTRL_BIT(readers[i].controller))
			r = readers[i].read(dir, s, e);
	return r;
}
