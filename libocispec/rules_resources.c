/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config-linux.md for linux.resources. */
#include "libocispec/rules.h"
#include "libocispec/sets.h"
#include <errno.h>
#include <inttypes.h>

#define SWAPPINESS_MAX 100

static int check_device_types(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->n_devices; i++) {
		const char *type = r->devices[i].type;

		if (type && (strlen(type) != 1 || !strchr("abc", type[0])))
			return err_msg(e, EINVAL,
				       "linux.resources.devices[%zu].type: must be \"a\", \"b\" or "
				       "\"c\"",
				       i);
	}
	return 0;
}

static int check_device_access(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->n_devices; i++) {
		const char *access = r->devices[i].access;

		if (access && (!*access || access[strspn(access, "rwm")]))
			return err_msg(e, EINVAL,
				       "linux.resources.devices[%zu].access: must be letters of "
				       "\"rwm\"",
				       i);
	}
	return 0;
}

static bool is_device_number(const struct opt_int *n)
{
	return !n->is_set || (n->value >= -1 && n->value <= UINT32_MAX);
}

static int check_device_numbers(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->n_devices; i++) {
		if (!is_device_number(&r->devices[i].major))
			return err_msg(e, EINVAL,
				       "linux.resources.devices[%zu].major: %" PRId64
				       " is not a device number",
				       i, r->devices[i].major.value);
		if (!is_device_number(&r->devices[i].minor))
			return err_msg(e, EINVAL,
				       "linux.resources.devices[%zu].minor: %" PRId64
				       " is not a device number",
				       i, r->devices[i].minor.value);
	}
	return 0;
}

static int check_memory_limits(const struct oci_resources *r, struct err *e)
{
	static const struct oci_memory none;
	const struct oci_memory *m = r->memory ? r->memory : &none;
	const struct {
		const char *member;
		const struct opt_int *limit;
	} limits[] = {
		{ "limit", &m->limit },	  { "reservation", &m->reservation }, { "swap", &m->swap },
		{ "kernel", &m->kernel }, { "kernelTCP", &m->kernel_tcp },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].limit->value < -1)
			return err_msg(e, EINVAL,
				       "linux.resources.memory.%s: %" PRId64 " is below -1",
				       limits[i].member, limits[i].limit->value);
	return 0;
}

static int check_swappiness(const struct oci_resources *r, struct err *e)
{
	uint64_t value = r->memory ? r->memory->swappiness.value : 0;

	if (value > SWAPPINESS_MAX && value != UINT64_MAX)
		return err_msg(e, EINVAL,
			       "linux.resources.memory.swappiness: %" PRIu64 " is above 100",
			       value);
	return 0;
}

static int check_idle(const struct oci_resources *r, struct err *e)
{
	if (r->cpu && (r->cpu->idle.value < 0 || r->cpu->idle.value > 1))
		return err_msg(e, EINVAL, "linux.resources.cpu.idle: %" PRId64 " is not 0 or 1",
			       r->cpu->idle.value);
	return 0;
}

static int check_weight_devices(const struct oci_resources *r, struct err *e)
{
	const struct oci_block_io *io = r->block_io;

	for (size_t i = 0; io && i < io->n_weight_device; i++)
		if (!io->weight_device[i].weight.is_set && !io->weight_device[i].leaf_weight.is_set)
			return err_msg(e, EINVAL,
				       "linux.resources.blockIO.weightDevice[%zu]: needs weight or "
				       "leafWeight",
				       i);
	return 0;
}

static int check_hugepages(const struct oci_resources *r, struct err *e)
{
	autofree const char **sizes = xcalloc(r->n_hugepage_limits + 1, sizeof(*sizes));
	size_t i;

	for (i = 0; i < r->n_hugepage_limits; i++)
		sizes[i] = r->hugepage_limits[i].page_size;
	i = set_duplicate(sizes, r->n_hugepage_limits);
	if (i < r->n_hugepage_limits)
		return err_msg(e, EINVAL,
			       "linux.resources.hugepageLimits[%zu].pageSize: duplicate \"%s\"", i,
			       sizes[i]);
	return 0;
}

static int check_network_priorities(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; r->network && i < r->network->n_priorities; i++)
		if (!oci_is_net_device_name(r->network->priorities[i].name))
			return err_msg(e, EINVAL,
				       "linux.resources.network.priorities[%zu].name: not a "
				       "network device's name",
				       i);
	return 0;
}

static int check_rdma_names(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->n_rdma; i++) {
		const char *key = r->rdma[i].key;

		if (!oci_is_file_name(key) || key[strcspn(key, " \t\n\v\f\r=")])
			return err_msg(e, EINVAL,
				       "linux.resources.rdma.%.64s: not an RDMA device's name",
				       key);
	}
	return 0;
}

static int check_rdma_limits(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->n_rdma; i++)
		if (!r->rdma[i].hca_handles.is_set && !r->rdma[i].hca_objects.is_set)
			return err_msg(e, EINVAL,
				       "linux.resources.rdma.%s: needs hcaHandles or hcaObjects",
				       r->rdma[i].key);
	return 0;
}

static int check_unified_names(const struct oci_resources *r, struct err *e)
{
	for (size_t i = 0; i < r->unified.n; i++) {
		const char *name = r->unified.v[i].name;

		if (!oci_is_file_name(name) || name[0] == '.' || !strchr(name, '.'))
			return err_msg(e, EINVAL,
				       "linux.resources.unified: \"%.64s\" is not CONTROLLER.NAME",
				       name);
	}
	return 0;
}

/*
 * A 0 is an unset member to many callers and never refused here. Numbers that only the kernel can
 * judge (weights, shares, periods, whether a controller is there) are left to it.
 */
const struct oci_rule oci_resources_rules[] = {
	/* The kernel knows no others. runc: the same. */
	{ "config-linux.md#allowed-device-list", OCI_REFUSED, .on_resources = check_device_types },
	{ "config-linux.md#allowed-device-list", OCI_REFUSED, .on_resources = check_device_access },
	/* -1 is what Go callers write for "any". */
	{ "config-linux.md#allowed-device-list", OCI_REFUSED,
	  .on_resources = check_device_numbers },
	{ "config-linux.md#memory", OCI_REFUSED, .on_resources = check_memory_limits },
	/* 2^64-1 is docker's -1, "unset". runc: the same. */
	{ "config-linux.md#memory", OCI_MUST, .on_resources = check_swappiness },
	{ "config-linux.md#cpu", OCI_REFUSED, .on_resources = check_idle },
	{ "config-linux.md#block-io", OCI_MUST, .on_resources = check_weight_devices },
	/* One of the two limits would be lost. */
	{ "config-linux.md#huge-page-limits", OCI_REFUSED, .on_resources = check_hugepages },
	/* These names become part of a line that the kernel splits at white space. */
	{ "config-linux.md#network", OCI_REFUSED, .on_resources = check_network_priorities },
	{ "config-linux.md#rdma", OCI_REFUSED, .on_resources = check_rdma_names },
	{ "config-linux.md#rdma", OCI_MUST, .on_resources = check_rdma_limits },
	/* The name of a file in the cgroup's directory, which must not climb out of it. */
	{ "config-linux.md#unified", OCI_REFUSED, .on_resources = check_unified_names },
	{ 0 },
};

int oci_resources_check(const struct oci_resources *r, struct err *e)
{
	int ret = 0;

	for (const struct oci_rule *rule = oci_resources_rules; rule->section && ret == 0; rule++)
		ret = rule->on_resources(r, e);
	return ret;
}
