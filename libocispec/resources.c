/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources, in the order of config-linux.md. */
#include "libocispec/config.h"
#include "libocispec/records.h"
#include <errno.h>

/* Absent, null and -1 are all "any" for major and minor: the rules do not ask for them. */
static const struct field device_fields[] = {
	F_BOOL("allow", struct oci_device_cgroup, allow, REQUIRED_NUMBER),
	F_STRING("type", struct oci_device_cgroup, type, 0),
	F_OPT_INT("major", struct oci_device_cgroup, major, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("minor", struct oci_device_cgroup, minor, INT64_MIN, INT64_MAX, 0),
	F_STRING("access", struct oci_device_cgroup, access, 0),
};
static const struct record device_record =
	RECORD(struct oci_device_cgroup, "config-linux.md#allowed-device-list", device_fields);

static const struct field memory_fields[] = {
	F_OPT_INT("limit", struct oci_memory, limit, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("reservation", struct oci_memory, reservation, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("swap", struct oci_memory, swap, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("kernel", struct oci_memory, kernel, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("kernelTCP", struct oci_memory, kernel_tcp, INT64_MIN, INT64_MAX, 0),
	F_OPT_UINT("swappiness", struct oci_memory, swappiness, UINT64_MAX, 0),
	F_OPT_BOOL("disableOOMKiller", struct oci_memory, disable_oom_killer, 0),
	F_OPT_BOOL("useHierarchy", struct oci_memory, use_hierarchy, 0),
	F_OPT_BOOL("checkBeforeUpdate", struct oci_memory, check_before_update, 0),
};
static const struct record memory_record =
	RECORD(struct oci_memory, "config-linux.md#memory", memory_fields);

static const struct field cpu_fields[] = {
	F_OPT_UINT("shares", struct oci_cpu, shares, UINT64_MAX, 0),
	F_OPT_INT("quota", struct oci_cpu, quota, INT64_MIN, INT64_MAX, 0),
	F_OPT_UINT("burst", struct oci_cpu, burst, UINT64_MAX, 0),
	F_OPT_UINT("period", struct oci_cpu, period, UINT64_MAX, 0),
	F_OPT_INT("realtimeRuntime", struct oci_cpu, realtime_runtime, INT64_MIN, INT64_MAX, 0),
	F_OPT_UINT("realtimePeriod", struct oci_cpu, realtime_period, UINT64_MAX, 0),
	F_STRING("cpus", struct oci_cpu, cpus, 0),
	F_STRING("mems", struct oci_cpu, mems, 0),
	F_OPT_INT("idle", struct oci_cpu, idle, INT64_MIN, INT64_MAX, 0),
};
static const struct record cpu_record = RECORD(struct oci_cpu, "config-linux.md#cpu", cpu_fields);

static const struct field weight_device_fields[] = {
	F_INT("major", struct oci_weight_device, major, INT64_MIN, INT64_MAX, REQUIRED_NUMBER),
	F_INT("minor", struct oci_weight_device, minor, INT64_MIN, INT64_MAX, REQUIRED_NUMBER),
	F_OPT_UINT("weight", struct oci_weight_device, weight, UINT16_MAX, 0),
	F_OPT_UINT("leafWeight", struct oci_weight_device, leaf_weight, UINT16_MAX, 0),
};
static const struct record weight_device_record =
	RECORD(struct oci_weight_device, "config-linux.md#block-io", weight_device_fields);

static const struct field throttle_device_fields[] = {
	F_INT("major", struct oci_throttle_device, major, INT64_MIN, INT64_MAX, REQUIRED_NUMBER),
	F_INT("minor", struct oci_throttle_device, minor, INT64_MIN, INT64_MAX, REQUIRED_NUMBER),
	F_UINT("rate", struct oci_throttle_device, rate, UINT64_MAX, FIELD_NO_OMIT),
};
static const struct record throttle_device_record =
	RECORD(struct oci_throttle_device, "config-linux.md#block-io", throttle_device_fields);

static const struct field block_io_fields[] = {
	F_OPT_UINT("weight", struct oci_block_io, weight, UINT16_MAX, 0),
	F_OPT_UINT("leafWeight", struct oci_block_io, leaf_weight, UINT16_MAX, 0),
	F_LIST("weightDevice", struct oci_block_io, weight_device, n_weight_device,
	       &weight_device_record, 0),
	F_LIST("throttleReadBpsDevice", struct oci_block_io, throttle_read_bps_device,
	       n_throttle_read_bps_device, &throttle_device_record, 0),
	F_LIST("throttleWriteBpsDevice", struct oci_block_io, throttle_write_bps_device,
	       n_throttle_write_bps_device, &throttle_device_record, 0),
	F_LIST("throttleReadIOPSDevice", struct oci_block_io, throttle_read_iops_device,
	       n_throttle_read_iops_device, &throttle_device_record, 0),
	F_LIST("throttleWriteIOPSDevice", struct oci_block_io, throttle_write_iops_device,
	       n_throttle_write_iops_device, &throttle_device_record, 0),
};
static const struct record block_io_record =
	RECORD(struct oci_block_io, "config-linux.md#block-io", block_io_fields);

/* The text becomes part of a file name: nothing but a number and a unit may pass. */
static int check_page_size(const char *text, struct err *e)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || text[0] == '0' || !text[n] || !strchr("KMG", text[n]) ||
	    !str_eq(text + n + 1, "B"))
		return err_msg(e, EINVAL, "must be a size such as \"64KB\", \"2MB\" or \"1GB\"");
	return 0;
}

static const struct field hugepage_limit_fields[] = {
	F_STRING_CHECK("pageSize", struct oci_hugepage_limit, page_size, FIELD_REQUIRED,
		       check_page_size),
	F_UINT("limit", struct oci_hugepage_limit, limit, UINT64_MAX, REQUIRED_NUMBER),
};
static const struct record hugepage_limit_record = RECORD(
	struct oci_hugepage_limit, "config-linux.md#huge-page-limits", hugepage_limit_fields);

static const struct field interface_priority_fields[] = {
	F_STRING("name", struct oci_interface_priority, name, FIELD_REQUIRED),
	F_U32("priority", struct oci_interface_priority, priority, REQUIRED_NUMBER),
};
static const struct record interface_priority_record =
	RECORD(struct oci_interface_priority, "config-linux.md#network", interface_priority_fields);

static const struct field network_fields[] = {
	F_OPT_UINT("classID", struct oci_network, class_id, UINT32_MAX, 0),
	F_LIST("priorities", struct oci_network, priorities, n_priorities,
	       &interface_priority_record, 0),
};
static const struct record network_record =
	RECORD(struct oci_network, "config-linux.md#network", network_fields);

/* limit: the schema requires it, but Go callers leave an unset pointer out. */
static const struct field pids_fields[] = {
	F_OPT_INT("limit", struct oci_pids, limit, INT64_MIN, INT64_MAX, 0),
};
static const struct record pids_record =
	RECORD(struct oci_pids, "config-linux.md#pids", pids_fields);

static const struct field rdma_fields[] = {
	F_OPT_UINT("hcaHandles", struct oci_rdma, hca_handles, UINT32_MAX, 0),
	F_OPT_UINT("hcaObjects", struct oci_rdma, hca_objects, UINT32_MAX, 0),
};
static const struct record rdma_record =
	RECORD(struct oci_rdma, "config-linux.md#rdma", rdma_fields);

static const struct field resources_fields[] = {
	F_LIST("devices", struct oci_resources, devices, n_devices, &device_record, 0),
	F_RECORD("memory", struct oci_resources, memory, &memory_record, 0),
	F_RECORD("cpu", struct oci_resources, cpu, &cpu_record, 0),
	F_RECORD("blockIO", struct oci_resources, block_io, &block_io_record, 0),
	F_LIST("hugepageLimits", struct oci_resources, hugepage_limits, n_hugepage_limits,
	       &hugepage_limit_record, 0),
	F_RECORD("network", struct oci_resources, network, &network_record, 0),
	F_RECORD("pids", struct oci_resources, pids, &pids_record, 0),
	F_DICT("rdma", struct oci_resources, rdma, n_rdma, &rdma_record, 0),
	F_STRMAP("unified", struct oci_resources, unified, 0),
};
const struct record oci_resources_record =
	RECORD(struct oci_resources, "config-linux.md#control-groups", resources_fields);

/* 1.0.0 to 1.2.x, with whatever follows. */
static bool is_before_1_3(const char *version)
{
	return version && str_starts(version, "1.") && version[2] >= '0' && version[2] <= '2' &&
	       version[3] == '.';
}

void oci_resources_read_as(struct oci_resources *r, const char *oci_version)
{
	if (r->pids && r->pids->limit.value == 0 && is_before_1_3(oci_version))
		r->pids->limit.is_set = false;
}
