/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stats.h - what a container's cgroup has used, and under which limits.
 *
 * One struct for every layout of the host: v1's controllers fill it from their hierarchies, v2 from
 * its one. What a kernel does not tell stays 0 or empty. Times are in nanoseconds, sizes in bytes;
 * a limit of v2 that is "max" is UINT64_MAX.
 */
#ifndef ENGINE_CGROUP_STATS_H
#define ENGINE_CGROUP_STATS_H

#include "core/json.h"
#include "engine/cgroup/cgroup.h"
#include "engine/rdt_stats.h"

struct stat_numbers {
	uint64_t *v;
	size_t n;
};

/* A line of a "name value" file. */
struct stat_pair {
	char *name;
	uint64_t value;
};
struct stat_pairs {
	struct stat_pair *v;
	size_t n;
};

struct stat_usage {
	uint64_t limit, usage, max, failcnt;
};

/* What one device did. */
struct stat_io {
	uint64_t major, minor;
	char op[16]; /* "Read", "Write", …; "" where the kernel has none */
	uint64_t value;
};
struct stat_ios {
	struct stat_io *v;
	size_t n;
};
enum stat_io_kind {
	IO_SERVICE_BYTES,
	IO_SERVICED,
	IO_QUEUED,
	IO_SERVICE_TIME,
	IO_WAIT_TIME,
	IO_MERGED,
	IO_TIME,
	IO_SECTORS,
	IO_KINDS
};

struct stat_hugetlb {
	char *size; /* "2MB" */
	struct stat_usage use;
};

/* How long processes waited for something: some of them, or all at once. Of the last 10, 60 and 300
 * seconds in hundredths of a per cent; the total in microseconds. */
struct stat_waits {
	uint64_t avg10, avg60, avg300, total;
};
struct stat_pressure {
	bool known;
	struct stat_waits some, full;
};

enum stat_cpuset_flag {
	CPUSET_CPU_EXCLUSIVE,
	CPUSET_MEM_HARDWALL,
	CPUSET_MEM_EXCLUSIVE,
	CPUSET_MEMORY_MIGRATE,
	CPUSET_MEMORY_SPREAD_PAGE,
	CPUSET_MEMORY_SPREAD_SLAB,
	CPUSET_MEMORY_PRESSURE,
	CPUSET_SCHED_LOAD_BALANCE,
	CPUSET_FLAGS
};

struct cgroup_stats {
	uint64_t cpu_total, cpu_kernel, cpu_user;
	struct stat_numbers percpu, percpu_kernel, percpu_user; /* v1 */
	uint64_t periods, throttled_periods, throttled_time;

	/* v1: of the cpuset hierarchy */
	struct stat_numbers cpus, mems;
	uint64_t cpuset_flags[CPUSET_FLAGS];
	int64_t sched_relax_domain_level;

	uint64_t cache;
	struct stat_usage memory, swap /* memory plus swap */, kernel, kernel_tcp;
	struct stat_pairs memory_stat; /* sorted by name */

	uint64_t pids, pids_limit; /* limit 0: none */

	struct stat_ios io[IO_KINDS];
	struct stat_hugetlb *hugetlb; /* sorted by size's name */
	size_t n_hugetlb;

	struct stat_pressure cpu_pressure, memory_pressure, io_pressure; /* v2 */

	struct rdt_stats rdt; /* of resctrl, which is no cgroup's: the caller's to read */
};

void cgroup_stats_done(struct cgroup_stats *s);
#define autostats _cleanup_(cgroup_stats_done) struct cgroup_stats

/**
 * cgroup_stats - read all of a container's.
 * @out: on success, free with cgroup_stats_done
 *
 * Returns: 0; -ENOENT, the cgroup was removed; -EOPNOTSUPP, cgroups are disabled; or -errno.
 */
int cgroup_stats(const struct cgroup *cg, struct cgroup_stats *out, struct err *e);

/* The same of one directory; what a missing file would tell stays as it is. */
int stats_read_v1(int dir, unsigned controllers, struct cgroup_stats *s, struct err *e);
int stats_read_v2(int dir, struct cgroup_stats *s, struct err *e);
/* Only what a hybrid host may have on v2. */
int stats_read_v2_hugetlb(int dir, struct cgroup_stats *s, struct err *e);

/* Writes the object that is "data" in an event of `runc events`: its members, in its order. */
void cgroup_stats_encode(const struct cgroup_stats *s, struct json_out *o);

#endif
