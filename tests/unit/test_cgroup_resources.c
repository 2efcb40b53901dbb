/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"
#include "engine/cgroup/resources.h"
#include "test.h"
#include <errno.h>

#define ALL (~0u)
#define SET(x)                                                                                     \
	{                                                                                          \
		.is_set = true, .value = (x)                                                       \
	}

/* The whole plan as text, "file=value" with "?" when optional and "|" before the alternative. */
static char text[4096];
static struct err error;

static const char *plan(const struct oci_resources *r, unsigned v1, unsigned v2)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	autostr s = { 0 };
	int ret = limits_plan(r, v1, v2, &l, &error);

	if (ret < 0)
		str_addf(&s, "error %d", -ret);
	for (size_t i = 0; i < l.n; i++) {
		const struct limit *x = &l.v[i];

		str_addf(&s, "%s%s%s=%s", i ? "; " : "", x->flags & LIMIT_OPTIONAL ? "?" : "",
			 x->file, x->value);
		if (x->alt_file)
			str_addf(&s, "|%s=%s", x->alt_file, x->alt_value);
	}
	snprintf(text, sizeof(text), "%s", s.p ? s.p : "");
	return text;
}

static const char *on_v1(const struct oci_resources *r)
{
	return plan(r, ALL, 0);
}

static const char *on_v2(const struct oci_resources *r)
{
	return plan(r, 0, ALL);
}

TEST(shares_to_weight)
{
	CHECK_INT(cpu_weight_from_shares(0), 0);
	CHECK_INT(cpu_weight_from_shares(1), 1);
	CHECK_INT(cpu_weight_from_shares(2), 1);
	CHECK_INT(cpu_weight_from_shares(1024), 100);
	CHECK_INT(cpu_weight_from_shares(262144), 10000);
	CHECK_INT(cpu_weight_from_shares(1u << 30), 10000);
	CHECK_INT(cpu_weight_from_shares(512), 59);
	for (uint64_t s = 3, last = 1; s < 262144; s += 97) {
		CHECK(cpu_weight_from_shares(s) >= last);
		last = cpu_weight_from_shares(s);
	}
}

TEST(blkio_to_io_weight)
{
	CHECK_INT(io_weight_from_blkio(0), 0);
	CHECK_INT(io_weight_from_blkio(10), 1);
	CHECK_INT(io_weight_from_blkio(500), 4950);
	CHECK_INT(io_weight_from_blkio(1000), 10000);
}

TEST(nothing_gives_nothing)
{
	struct oci_memory m = { 0 };
	struct oci_cpu c = { 0 };
	struct oci_pids p = { 0 };
	struct oci_block_io b = { 0 };
	struct oci_resources r = { .memory = &m, .cpu = &c, .pids = &p, .block_io = &b };

	CHECK_STR(on_v1(NULL), "");
	CHECK_STR(on_v1(&r), "");
	CHECK_STR(on_v2(&r), "");
}

/* docker sends them for "not set"; then the controllers need not exist, either. */
TEST(zero_is_absent)
{
	struct oci_memory m = { .limit = SET(0),
				.swap = SET(0),
				.reservation = SET(0),
				.kernel = SET(1 << 20),
				.disable_oom_killer = SET(false) };
	struct oci_cpu c = { .shares = SET(0),
			     .quota = SET(0),
			     .period = SET(0),
			     .cpus = (char *)"",
			     .mems = (char *)"" };
	struct oci_block_io b = { .weight = SET(0) };
	struct oci_resources r = { .memory = &m, .cpu = &c, .block_io = &b };

	CHECK_STR(on_v1(&r), "");
	CHECK_STR(on_v2(&r), "");
	CHECK_STR(plan(&r, 0, 0), "");
}

TEST(memory)
{
	struct oci_memory m = { .limit = SET(1000), .swap = SET(3000), .reservation = SET(500) };
	struct oci_resources r = { .memory = &m };

	CHECK_STR(on_v1(&r), "memory.limit_in_bytes=1000; memory.memsw.limit_in_bytes=3000; "
			     "memory.soft_limit_in_bytes=500");
	CHECK_STR(on_v2(&r), "memory.max=1000; memory.swap.max=2000; memory.low=500");
	m = (struct oci_memory){ .limit = SET(1000), .swap = SET(1000) };
	CHECK_STR(on_v2(&r), "memory.max=1000; ?memory.swap.max=0");
	m = (struct oci_memory){ .limit = SET(1000), .swap = SET(-1) };
	CHECK_STR(on_v1(&r), "memory.limit_in_bytes=1000; ?memory.memsw.limit_in_bytes=-1");
	CHECK_STR(on_v2(&r), "memory.max=1000; ?memory.swap.max=max");
}

TEST(memory_without_limit)
{
	struct oci_memory m = { .limit = SET(-1) };
	struct oci_resources r = { .memory = &m };

	CHECK_STR(on_v1(&r), "memory.limit_in_bytes=-1; ?memory.memsw.limit_in_bytes=-1");
	CHECK_STR(on_v2(&r), "memory.max=max; ?memory.swap.max=max");
	m = (struct oci_memory){ .limit = SET(-2) };
	CHECK_STR(on_v1(&r), "error 22");
	CHECK_HAS(error.text, "linux.resources.memory.limit: -2");
}

TEST(swap_needs_a_limit_on_v2)
{
	struct oci_memory m = { .swap = SET(1000) };
	struct oci_resources r = { .memory = &m };

	CHECK_STR(on_v2(&r), "error 22");
	CHECK_HAS(error.text, "unable to set swap limit without memory limit");
	m = (struct oci_memory){ .limit = SET(2000), .swap = SET(1000) };
	CHECK_STR(on_v2(&r), "error 22");
	CHECK_HAS(error.text, "memory+swap limit should be >= memory limit");
	CHECK_STR(on_v1(&r), "error 22");
}

TEST(memory_flags)
{
	struct oci_memory m = { .swappiness = SET(60), .disable_oom_killer = SET(true) };
	struct oci_resources r = { .memory = &m };

	CHECK_STR(on_v1(&r), "memory.swappiness=60; memory.oom_control=1");
	CHECK_STR(on_v2(&r), "error 95");
	CHECK_STR(error.text, "linux.resources.memory.swappiness: cgroup v2 has no such setting");
	m = (struct oci_memory){ .swappiness = SET(101) };
	CHECK_STR(on_v1(&r), "error 22");
	/* -1 as docker writes it: unset. */
	m = (struct oci_memory){ .swappiness = SET(UINT64_MAX) };
	CHECK_STR(on_v1(&r), "");
	CHECK_STR(on_v2(&r), "");
}

TEST(cpu)
{
	struct oci_cpu c = { .shares = SET(512),
			     .quota = SET(50000),
			     .period = SET(200000),
			     .burst = SET(1000),
			     .cpus = (char *)"0-1",
			     .mems = (char *)"0" };
	struct oci_resources r = { .cpu = &c };

	CHECK_STR(on_v1(&r), "cpu.shares=512; cpu.cfs_period_us=200000; cpu.cfs_quota_us=50000; "
			     "cpu.cfs_burst_us=1000; cpuset.cpus=0-1; cpuset.mems=0");
	CHECK_STR(on_v2(&r), "cpu.weight=59; cpu.max=50000 200000; cpu.max.burst=1000; "
			     "cpuset.cpus=0-1; cpuset.mems=0");
}

TEST(quota_and_period_alone)
{
	struct oci_cpu c = { .quota = SET(50000) };
	struct oci_resources r = { .cpu = &c };
	_cleanup_(limits_done) struct limits l = { 0 };

	CHECK_STR(on_v2(&r), "cpu.max=50000");
	c = (struct oci_cpu){ .quota = SET(-1), .period = SET(1000) };
	CHECK_STR(on_v1(&r), "cpu.cfs_period_us=1000; cpu.cfs_quota_us=-1");
	CHECK_STR(on_v2(&r), "cpu.max=max 1000");
	c = (struct oci_cpu){ .period = SET(1000) };
	CHECK_STR(on_v2(&r), "cpu.max=1000");
	CHECK_INT(limits_plan(&r, 0, ALL, &l, NULL), 0);
	CHECK_INT(l.n, 1);
	CHECK_INT(l.v[0].flags, LIMIT_KEEP_QUOTA);
}

TEST(shares_out_of_range)
{
	struct oci_cpu c = { .shares = SET(1) };
	struct oci_resources r = { .cpu = &c };

	CHECK_STR(on_v1(&r), "error 22");
	CHECK_HAS(error.text, "linux.resources.cpu.shares: 1: the minimum allowed cpu-shares is 2");
	c.shares.value = 262145;
	CHECK_STR(on_v1(&r), "error 22");
	CHECK_HAS(error.text, "the maximum allowed cpu-shares is 262144");
	/* v2 has another range, to which they are converted. */
	CHECK_STR(on_v2(&r), "cpu.weight=10000");
	c.shares.value = 1;
	CHECK_STR(on_v2(&r), "cpu.weight=1");
}

TEST(idle_has_no_shares)
{
	struct oci_cpu c = { .shares = SET(512), .idle = SET(1) };
	struct oci_resources r = { .cpu = &c };

	CHECK_STR(on_v1(&r), "cpu.idle=1");
	c.idle.value = 0;
	CHECK_STR(on_v1(&r), "cpu.shares=512; cpu.idle=0");
}

TEST(pids)
{
	struct oci_pids p = { .limit = SET(10) };
	struct oci_resources r = { .pids = &p };

	CHECK_STR(on_v1(&r), "pids.max=10");
	CHECK_STR(on_v2(&r), "pids.max=10");
	p.limit.value = 0;
	CHECK_STR(on_v1(&r), "pids.max=1");
	CHECK_STR(plan(&r, 0, 0), "error 95");
	p.limit.value = -1;
	CHECK_STR(on_v1(&r), "pids.max=max");
}

/* That there is no limit is true where nothing can limit. */
TEST(no_limit_needs_no_controller)
{
	struct oci_memory m = { .limit = SET(-1), .swap = SET(-1), .reservation = SET(-1) };
	struct oci_cpu c = { .quota = SET(-1) };
	struct oci_pids p = { .limit = SET(-1) };
	struct oci_resources r = { .memory = &m, .cpu = &c, .pids = &p };

	CHECK_STR(plan(&r, 0, 0), "");
	m.limit.value = 4096;
	CHECK_STR(plan(&r, 0, 0), "error 95");
}

TEST(block_io)
{
	struct oci_weight_device w = { 8, 0, .weight = SET(300) };
	struct oci_throttle_device rb = { 8, 0, 1000 }, wi = { 8, 16, 0 };
	struct oci_block_io b = { .weight = SET(500),
				  .weight_device = &w,
				  .n_weight_device = 1,
				  .throttle_read_bps_device = &rb,
				  .n_throttle_read_bps_device = 1,
				  .throttle_write_iops_device = &wi,
				  .n_throttle_write_iops_device = 1 };
	struct oci_resources r = { .block_io = &b };

	CHECK_STR(on_v1(&r), "blkio.weight=500|blkio.bfq.weight=500; "
			     "blkio.weight_device=8:0 300|blkio.bfq.weight_device=8:0 300; "
			     "blkio.throttle.read_bps_device=8:0 1000; "
			     "blkio.throttle.write_iops_device=8:16 0");
	CHECK_STR(on_v2(&r), "io.bfq.weight=500|io.weight=4950; "
			     "io.bfq.weight=8:0 300|io.weight=8:0 2930; io.max=8:0 rbps=1000; "
			     "io.max=8:16 wiops=max");
}

TEST(hugepage_sizes)
{
	CHECK(hugepage_size_is_valid("2MB"));
	CHECK(hugepage_size_is_valid("64KB"));
	CHECK(hugepage_size_is_valid("1GB"));
	CHECK(!hugepage_size_is_valid(""));
	CHECK(!hugepage_size_is_valid("2M"));
	CHECK(!hugepage_size_is_valid("0MB"));
	CHECK(!hugepage_size_is_valid("MB"));
	CHECK(!hugepage_size_is_valid("2mb"));
	CHECK(!hugepage_size_is_valid("2MBx"));
	CHECK(!hugepage_size_is_valid("2MB/../../x"));
	CHECK(!hugepage_size_is_valid("../2MB"));
}

TEST(hugepages)
{
	struct oci_hugepage_limit h = { (char *)"2MB", 4096 };
	struct oci_resources r = { .hugepage_limits = &h, .n_hugepage_limits = 1 };

	CHECK_STR(on_v1(&r),
		  "hugetlb.2MB.limit_in_bytes=4096; ?hugetlb.2MB.rsvd.limit_in_bytes=4096");
	CHECK_STR(on_v2(&r), "hugetlb.2MB.max=4096; ?hugetlb.2MB.rsvd.max=4096");
	/* a hybrid host: v1 has the rest */
	CHECK_STR(plan(&r, CTRL_BIT(CTRL_CPU), CTRL_BIT(CTRL_HUGETLB)),
		  "hugetlb.2MB.max=4096; ?hugetlb.2MB.rsvd.max=4096");
	h.page_size = (char *)"../2MB";
	CHECK_STR(on_v1(&r), "error 22");
	CHECK_STR(error.text, "linux.resources.hugepageLimits[0].pageSize: not a page size");
}

TEST(network)
{
	struct oci_interface_priority pr = { (char *)"eth0", 5 };
	struct oci_network n = { .class_id = SET(0x100001), .priorities = &pr, .n_priorities = 1 };
	struct oci_resources r = { .network = &n };

	CHECK_STR(on_v1(&r), "net_cls.classid=1048577; net_prio.ifpriomap=eth0 5");
	CHECK_STR(plan(&r, CTRL_BIT(CTRL_CPU), 0), "error 95");
	CHECK_STR(error.text, "linux.resources.network.classID: this host has no net_cls cgroup "
			      "controller");
	pr.name = (char *)"eth0 1\nlo";
	CHECK_STR(on_v1(&r), "error 22");
}

TEST(rdma)
{
	struct oci_rdma d = { (char *)"mlx5_1", .hca_handles = SET(3), .hca_objects = SET(10000) };
	struct oci_resources r = { .rdma = &d, .n_rdma = 1 };

	CHECK_STR(on_v1(&r), "rdma.max=mlx5_1 hca_handle=3 hca_object=10000");
	d.hca_objects.is_set = false;
	CHECK_STR(on_v2(&r), "rdma.max=mlx5_1 hca_handle=3");
}

static const char *unified(const char *key, const char *value, unsigned v2)
{
	struct strmap_entry u = { (char *)key, (char *)value };
	struct oci_resources r = { .unified = { &u, 1 } };

	return plan(&r, ~v2, v2);
}

TEST(unified_keys)
{
	CHECK_STR(unified("memory.high", "5000", ALL), "memory.high=5000");
	CHECK_STR(unified("hugetlb.1GB.max", "0", ALL), "hugetlb.1GB.max=0");
	CHECK_STR(unified("io.max", "8:0 rbps=1\n8:16 wbps=2", ALL),
		  "io.max=8:0 rbps=1; io.max=8:16 wbps=2");
	CHECK_STR(unified("cgroup.max.depth", "3", 0), "cgroup.max.depth=3");
}

TEST(unified_keys_that_are_refused)
{
	static const char *const bad[] = { "",
					   "memory",
					   "memory.",
					   "cgroup.procs",
					   "cgroup.kill",
					   "cgroup.subtree_control",
					   "memory.x/y",
					   "../memory.max",
					   "memory./../x",
					   "nothing.max",
					   ".memory.max",
					   "memory.max\n",
					   "blkio.weight" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_STR(unified(bad[i], "1", ALL), "error 22");
}

TEST(unified_on_a_host_without_v2)
{
	CHECK_STR(unified("memory.high", "5000", 0), "error 95");
	CHECK_HAS(error.text, "\"memory.high\"");
	CHECK_HAS(error.text, "\"memory\"");
	CHECK(!strstr(error.text, "no such file"));
}

TEST(needed_controllers)
{
	struct oci_memory m = { .limit = SET(1) };
	struct oci_cpu c = { .mems = (char *)"0" };
	struct oci_resources r = { .memory = &m, .cpu = &c };

	CHECK_INT(limits_controllers(NULL), 0);
	CHECK_INT(limits_controllers(&r), CTRL_BIT(CTRL_MEMORY) | CTRL_BIT(CTRL_CPUSET));
}

TEST_MAIN
