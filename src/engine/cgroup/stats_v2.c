/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/stats_parse.h"
#include <stdio.h>

#define FILE_NAME_MAX 128
#define NSEC_PER_USEC 1000u

static int read_cpu(int dir, struct cgroup_stats *s, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, "cpu.stat", &text, e);

	if (r <= 0)
		return r;
	s->cpu_total = stats_value(text.p, "usage_usec") * NSEC_PER_USEC;
	s->cpu_user = stats_value(text.p, "user_usec") * NSEC_PER_USEC;
	s->cpu_kernel = stats_value(text.p, "system_usec") * NSEC_PER_USEC;
	s->periods = stats_value(text.p, "nr_periods");
	s->throttled_periods = stats_value(text.p, "nr_throttled");
	s->throttled_time = stats_value(text.p, "throttled_usec") * NSEC_PER_USEC;
	return 0;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* v2 has swap alone; readers of these statistics know v1's memory plus swap. */
static int read_swap(int dir, struct cgroup_stats *s, struct err *e)
{
	struct stat_usage swap = { 0 };
	int r;

	r = stats_number_file(dir, "memory.swap.current", &swap.usage, e);
	if (r == 0)
		r = stats_number_file(dir, "memory.swap.max", &swap.limit, e);
	if (r == 0)
		r = stats_number_file(dir, "memory.swap.peak", &swap.max, e);
	if (r < 0)
		return r;
	s->swap.usage = sum(s->memory.usage, swap.usage);
	s->swap.limit = sum(s->memory.limit, swap.limit);
	s->swap.max = swap.max ? sum(s->memory.max, swap.max) : 0;
	return 0;
}

static int read_memory(int dir, struct cgroup_stats *s, struct err *e)
{
	autostr stat = { 0 }, events = { 0 };
	int r;

	r = stats_file(dir, "memory.stat", &stat, e);
	if (r > 0) {
		stats_pairs(stat.p, &s->memory_stat);
		s->cache = stats_value(stat.p, "file");
	}
	if (r >= 0)
		r = stats_number_file(dir, "memory.current", &s->memory.usage, e);
	if (r == 0)
		r = stats_number_file(dir, "memory.max", &s->memory.limit, e);
	if (r == 0)
		r = stats_number_file(dir, "memory.peak", &s->memory.max, e);
	if (r == 0)
		r = stats_file(dir, "memory.events", &events, e);
	if (r > 0)
		s->memory.failcnt = stats_value(events.p, "max");
	return r < 0 ? r : read_swap(dir, s, e);
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

static int read_io(int dir, struct cgroup_stats *s, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, "io.stat", &text, e);

	if (r > 0)
		stats_io_stat(text.p, s->io);
	return MIN(r, 0);
}

static int read_hugetlb_size(int dir, struct stat_hugetlb *h, struct err *e)
{
	char name[FILE_NAME_MAX];
	autostr events = { 0 };
	int r;

	(void)snprintf(name, sizeof(name), "hugetlb.%s.current", h->size);
	r = stats_number_file(dir, name, &h->use.usage, e);
	if (r < 0)
		return r;
	(void)snprintf(name, sizeof(name), "hugetlb.%s.events", h->size);
	r = stats_file(dir, name, &events, e);
	if (r > 0)
		h->use.failcnt = stats_value(events.p, "max");
	return MIN(r, 0);
}

int stats_read_v2_hugetlb(int dir, struct cgroup_stats *s, struct err *e)
{
	int r = stats_hugetlb_sizes(dir, ".current", s, e);

	for (size_t i = 0; i < s->n_hugetlb && r == 0; i++)
		r = read_hugetlb_size(dir, &s->hugetlb[i], e);
	return r;
}

static int read_pressure(int dir, struct cgroup_stats *s, struct err *e)
{
	const struct {
		const char *file;
		struct stat_pressure *out;
	} rows[] = {
		{ "cpu.pressure", &s->cpu_pressure },
		{ "memory.pressure", &s->memory_pressure },
		{ "io.pressure", &s->io_pressure },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && r >= 0; i++) {
		autostr text = { 0 };

		r = stats_file(dir, rows[i].file, &text, e);
		if (r > 0)
			stats_pressure(text.p, rows[i].out);
	}
	return MIN(r, 0);
}

int stats_read_v2(int dir, struct cgroup_stats *s, struct err *e)
{
	static int (*const readers[])(int dir, struct cgroup_stats *s, struct err *e) = {
		read_cpu, read_memory, read_pids, read_io, stats_read_v2_hugetlb, read_pressure,
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(readers) && r == 0; i++)
		r = readers[i](dir, s, e);
	return r;
}
