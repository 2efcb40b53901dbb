/* SPDX-License-Identifier: Apache-2.0 */
#include "ocispec.h"

static struct oci_config *load(const char *members)
{
	autostr text = { 0 };

	str_addf(&text, "\"resources\":{%s}", members);
	return config_load(&(struct parts){ .linux_ = text.p });
}

TEST(reads_device_rules)
{
	autoconfig *c =
		load("\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
		     "{\"allow\":true,\"type\":\"c\",\"major\":-1,\"minor\":null,"
		     "\"access\":\"m\"},{\"allow\":true,\"type\":\"b\",\"major\":8,\"minor\":0}]");
	const struct oci_device_cgroup *d = c ? c->linux_->resources->devices : NULL;

	if (!d)
		return;
	CHECK_INT(c->linux_->resources->n_devices, 3);
	CHECK(!d[0].allow && !d[0].type && !d[0].major.is_set && !d[0].minor.is_set);
	CHECK_STR(d[0].access, "rwm");
	CHECK(d[1].allow && d[1].major.is_set && d[1].major.value == -1 && !d[1].minor.is_set);
	CHECK_STR(d[1].type, "c");
	CHECK(d[2].major.value == 8 && d[2].minor.is_set && d[2].minor.value == 0 && !d[2].access);
}

TEST(reads_memory)
{
	autoconfig *c = load("\"memory\":{\"limit\":-1,\"reservation\":9223372036854775807,"
			     "\"swap\":0,\"kernel\":-1,\"kernelTCP\":5,\"swappiness\":60,"
			     "\"disableOOMKiller\":false,\"useHierarchy\":true,"
			     "\"checkBeforeUpdate\":true}");
	const struct oci_memory *m = c ? c->linux_->resources->memory : NULL;

	if (!m)
		return;
	CHECK_INT(m->limit.value, -1);
	CHECK(m->reservation.value == INT64_MAX);
	CHECK(m->swap.is_set && m->swap.value == 0);
	CHECK_INT(m->kernel.value, -1);
	CHECK_INT(m->kernel_tcp.value, 5);
	CHECK_INT(m->swappiness.value, 60);
	CHECK(m->disable_oom_killer.is_set && !m->disable_oom_killer.value);
	CHECK(m->use_hierarchy.value && m->check_before_update.value);
}

TEST(reads_cpu)
{
	autoconfig *c = load("\"cpu\":{\"shares\":0,\"quota\":-1,\"burst\":1,\"period\":100000,"
			     "\"realtimeRuntime\":2,\"realtimePeriod\":3,\"cpus\":\"0-1\","
			     "\"mems\":\"0\",\"idle\":1}");
	const struct oci_cpu *cpu = c ? c->linux_->resources->cpu : NULL;

	if (!cpu)
		return;
	CHECK(cpu->shares.is_set && cpu->shares.value == 0);
	CHECK_INT(cpu->quota.value, -1);
	CHECK_INT(cpu->burst.value, 1);
	CHECK_INT(cpu->period.value, 100000);
	CHECK_INT(cpu->realtime_runtime.value, 2);
	CHECK_INT(cpu->realtime_period.value, 3);
	CHECK_STR(cpu->cpus, "0-1");
	CHECK_STR(cpu->mems, "0");
	CHECK_INT(cpu->idle.value, 1);
}

TEST(reads_block_io)
{
	autoconfig *c = load(
		"\"blockIO\":{\"weight\":0,\"leafWeight\":65535,\"weightDevice\":[{\"major\":8,"
		"\"minor\":0,\"weight\":500,\"leafWeight\":300}],\"throttleReadBpsDevice\":["
		"{\"major\":8,\"minor\":1,\"rate\":18446744073709551615}],"
		"\"throttleWriteBpsDevice\":[{\"major\":8,\"minor\":2,\"rate\":2}],"
		"\"throttleReadIOPSDevice\":[{\"major\":8,\"minor\":3,\"rate\":3}],"
		"\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":4}]}");
	const struct oci_block_io *io = c ? c->linux_->resources->block_io : NULL;

	if (!io)
		return;
	CHECK(io->weight.is_set && io->weight.value == 0);
	CHECK_INT(io->leaf_weight.value, 65535);
	CHECK_INT(io->weight_device[0].major, 8);
	CHECK_INT(io->weight_device[0].weight.value, 500);
	CHECK_INT(io->weight_device[0].leaf_weight.value, 300);
	CHECK_INT(io->throttle_read_bps_device[0].minor, 1);
	CHECK(io->throttle_read_bps_device[0].rate == UINT64_MAX);
	CHECK_INT(io->throttle_write_bps_device[0].rate, 2);
	CHECK_INT(io->throttle_read_iops_device[0].rate, 3);
	CHECK_INT(io->throttle_write_iops_device[0].minor, 4);
	CHECK_INT(io->throttle_write_iops_device[0].rate, 0);
}

TEST(reads_the_rest)
{
	autoconfig *c = load(
		"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0},{\"pageSize\":\"64KB\","
		"\"limit\":9223372036854772000}],\"network\":{\"classID\":4294967295,"
		"\"priorities\":[{\"name\":\"eth0\",\"priority\":0}]},\"pids\":{\"limit\":-1},"
		"\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3,\"hcaObjects\":4294967295},\"m2\":{}},"
		"\"unified\":{\"memory.high\":\"max\"}");
	const struct oci_resources *r = c ? c->linux_->resources : NULL;

	if (!r)
		return;
	CHECK_INT(r->n_hugepage_limits, 2);
	CHECK_STR(r->hugepage_limits[0].page_size, "2MB");
	CHECK_INT(r->hugepage_limits[1].limit, 9223372036854772000);
	CHECK_INT(r->network->class_id.value, 4294967295);
	CHECK_STR(r->network->priorities[0].name, "eth0");
	CHECK_INT(r->network->priorities[0].priority, 0);
	CHECK_INT(r->pids->limit.value, -1);
	CHECK_INT(r->n_rdma, 2);
	CHECK_STR(r->rdma[0].key, "mlx5_1");
	CHECK_INT(r->rdma[0].hca_handles.value, 3);
	CHECK_INT(r->rdma[0].hca_objects.value, 4294967295);
	CHECK(!r->rdma[1].hca_handles.is_set);
	CHECK_STR(strmap_get(&r->unified, "memory.high"), "max");
}

TEST(reads_a_pids_limit_of_0_as_its_version_means_it)
{
	static const struct {
		const char *version;
		bool is_limit;
	} cases[] = {
		{ "\"1.0.0\"", false },	    { "\"1.0.2-dev\"", false }, { "\"1.2.1\"", false },
		{ "\"1.3.0-rc.1\"", true }, { "\"1.3.0\"", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autoconfig *c = config_load(
			&(struct parts){ .version = cases[i].version,
					 .linux_ = "\"resources\":{\"pids\":{\"limit\":0}}" });

		if (c)
			CHECK(c->linux_->resources->pids->limit.is_set == cases[i].is_limit);
	}
}

/* What docker and containerd write for "unset". */
TEST(takes_empty_objects_and_nulls)
{
	autoconfig *c = load("\"memory\":{},\"cpu\":{},\"pids\":{},\"blockIO\":{},\"network\":{},"
			     "\"devices\":[],\"rdma\":{},\"unified\":{},\"hugepageLimits\":null");
	const struct oci_resources *r = c ? c->linux_->resources : NULL;
	struct err e = { 0 };

	if (!r)
		return;
	CHECK(r->memory && !r->memory->limit.is_set);
	CHECK(r->cpu && r->block_io && r->network && r->devices && r->rdma);
	CHECK(r->pids && !r->pids->limit.is_set);
	CHECK(r->unified.n == 0 && !r->hugepage_limits);
	CHECK_INT(oci_config_check(c, &e), 0);
}

/* `update --resources` reads this object alone. */
TEST(reads_as_a_document_of_its_own)
{
	static const char text[] = "{\"memory\":{\"limit\":1048576},\"cpu\":{\"shares\":2}}";
	struct oci_resources r = { 0 };
	struct err e = { 0 };

	CHECK_INT(record_parse(&oci_resources_record, text, strlen(text), &r, &e), 0);
	CHECK_INT(r.memory->limit.value, 1048576);
	CHECK_INT(r.cpu->shares.value, 2);
	record_done(&oci_resources_record, &r);
}

TEST(names_the_place_of_a_wrong_value)
{
	static const struct {
		const char *members;
		const char *place;
	} rows[] = {
		{ "\"devices\":[{\"access\":\"r\"}]", "devices[0].allow: required" },
		{ "\"devices\":[{\"allow\":\"true\"}]", "devices[0].allow: " },
		{ "\"memory\":{\"limit\":\"1M\"}", "memory.limit: " },
		{ "\"memory\":{\"limit\":9223372036854775808}", "memory.limit: " },
		{ "\"memory\":{\"limit\":1e3}", "memory.limit: " },
		{ "\"memory\":{\"swappiness\":-1}", "memory.swappiness: " },
		{ "\"memory\":{\"disableOOMKiller\":0}", "memory.disableOOMKiller: " },
		{ "\"cpu\":{\"shares\":-1}", "cpu.shares: " },
		{ "\"cpu\":{\"period\":18446744073709551616}", "cpu.period: " },
		{ "\"cpu\":{\"cpus\":0}", "cpu.cpus: " },
		{ "\"pids\":{\"limit\":\"max\"}", "pids.limit: " },
		{ "\"blockIO\":{\"weight\":65536}", "blockIO.weight: " },
		{ "\"blockIO\":{\"weightDevice\":[{\"major\":8,\"weight\":1}]}",
		  "blockIO.weightDevice[0].minor: required" },
		{ "\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":-1}]}",
		  "blockIO.throttleReadBpsDevice[0].rate: " },
		{ "\"hugepageLimits\":[{\"pageSize\":\"2MB\"}]",
		  "hugepageLimits[0].limit: required" },
		{ "\"hugepageLimits\":[{\"limit\":1}]", "hugepageLimits[0].pageSize: required" },
		{ "\"network\":{\"classID\":4294967296}", "network.classID: " },
		{ "\"network\":{\"priorities\":[{\"name\":\"e\"}]}",
		  "network.priorities[0].priority: required" },
		{ "\"rdma\":{\"m\":{\"hcaHandles\":\"x\"}}", "rdma.m.hcaHandles: " },
		{ "\"rdma\":{\"m\":1}", "rdma.m" },
		{ "\"unified\":{\"memory.high\":5}", "unified" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autostr text = { 0 };
		struct oci_resources r = { 0 };
		struct err e = { 0 };

		str_addf(&text, "{%s}", rows[i].members);
		CHECK_INT(record_parse(&oci_resources_record, text.p, text.len, &r, &e), -EINVAL);
		if (!str_starts(e.text, rows[i].place))
			TEST_FAIL("\"%s\" does not begin with \"%s\"", e.text, rows[i].place);
	}
}

TEST(refuses_page_sizes_that_are_none)
{
	static const char *const sizes[] = { "",     "2",    "2M",     "MB",	"0MB",	"02MB",
					     "2mb",  "64kB", "2MB ",   "2TB",	"-2MB", "2MBx",
					     "2 MB", "2MB/", "../2MB", "2MB.x", "1.5GB" };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		autostr text = { 0 };

		str_addf(&text, "{\"hugepageLimits\":[{\"pageSize\":\"%s\",\"limit\":1}]}",
			 sizes[i]);
		check_refused_as(&oci_resources_record, text.p,
				 "hugepageLimits[0].pageSize: must be a size such as \"64KB\", "
				 "\"2MB\" or \"1GB\"");
	}
}

TEST_MAIN
