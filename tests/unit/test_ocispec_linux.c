/* SPDX-License-Identifier: Apache-2.0 */
#include "ocispec.h"

#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>

static struct oci_config *load(const char *members)
{
	return config_load(&(struct parts){ .linux_ = members });
}

TEST(reads_namespaces_of_every_type)
{
	static const int types[] = { CLONE_NEWNS,  CLONE_NEWPID,  CLONE_NEWNET,	   CLONE_NEWUTS,
				     CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWCGROUP, CLONE_NEWTIME };
	autoconfig *c = config_load(&(struct parts){
		.namespaces =
			"{\"type\":\"mount\"},{\"type\":\"pid\"},{\"type\":\"network\"},"
			"{\"type\":\"uts\"},{\"type\":\"ipc\"},{\"type\":\"user\"},"
			"{\"type\":\"cgroup\"},{\"type\":\"time\",\"path\":\"/proc/1/ns/time\"}" });

	if (!c)
		return;
	CHECK_INT(c->linux_->n_namespaces, ARRAY_SIZE(types));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		CHECK_INT(c->linux_->namespaces[i].type, types[i]);
	CHECK(c->linux_->namespaces[6].path == NULL);
	CHECK_STR(c->linux_->namespaces[7].path, "/proc/1/ns/time");
}

TEST(reads_mappings_and_offsets)
{
	autoconfig *c = load("\"uidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":1},"
			     "{\"containerID\":1,\"hostID\":100000,\"size\":65535}],"
			     "\"gidMappings\":[],\"timeOffsets\":{\"monotonic\":{\"secs\":-5,"
			     "\"nanosecs\":999999999},\"boottime\":{}}");

	if (!c)
		return;
	CHECK_INT(c->linux_->n_uid_mappings, 2);
	CHECK_INT(c->linux_->uid_mappings[1].host_id, 100000);
	CHECK(c->linux_->gid_mappings != NULL && c->linux_->n_gid_mappings == 0);
	CHECK_INT(c->linux_->time_offsets->monotonic->secs, -5);
	CHECK_INT(c->linux_->time_offsets->monotonic->nanosecs, 999999999);
	CHECK_INT(c->linux_->time_offsets->boottime->secs, 0);
}

/* 8630 is what podman gives for /dev/fuse: S_IFCHR | 0666. */
TEST(reads_devices)
{
	autoconfig *c = load("\"devices\":[{\"type\":\"c\",\"path\":\"/dev/fuse\",\"major\":10,"
			     "\"minor\":229,\"fileMode\":8630,\"uid\":1,\"gid\":2},"
			     "{\"type\":\"p\",\"path\":\"/dev/p\",\"major\":null},"
			     "{\"type\":\"u\",\"path\":\"/dev/u\",\"major\":0,\"minor\":0},"
			     "{\"type\":\"b\",\"path\":\"/dev/b\",\"fileMode\":65535}]");
	const struct oci_device *d = c ? c->linux_->devices : NULL;

	if (!d)
		return;
	CHECK_INT(c->linux_->n_devices, 4);
	CHECK_STR(d[0].type, "c");
	CHECK_STR(d[0].path, "/dev/fuse");
	CHECK_INT(d[0].major.value, 10);
	CHECK_INT(d[0].minor.value, 229);
	CHECK_INT(d[0].file_mode.value, S_IFCHR | 0666);
	CHECK_INT(d[0].uid.value, 1);
	CHECK_INT(d[0].gid.value, 2);
	CHECK(!d[1].major.is_set && !d[1].minor.is_set && !d[1].file_mode.is_set);
	CHECK(d[2].major.is_set && d[2].major.value == 0);
	CHECK_INT(d[3].file_mode.value, 0177777);
}

TEST(reads_net_devices)
{
	autoconfig *c = load("\"netDevices\":{\"eth0\":{\"name\":\"inner\"},\"eth1\":{}}");

	if (!c)
		return;
	CHECK_INT(c->linux_->n_net_devices, 2);
	CHECK_STR(c->linux_->net_devices[0].key, "eth0");
	CHECK_STR(c->linux_->net_devices[0].name, "inner");
	CHECK_STR(c->linux_->net_devices[1].key, "eth1");
	CHECK(c->linux_->net_devices[1].name == NULL);
}

TEST(reads_policies)
{
	autoconfig *c =
		load("\"memoryPolicy\":{\"mode\":\"MPOL_WEIGHTED_INTERLEAVE\","
		     "\"nodes\":\"0-1\",\"flags\":[\"MPOL_F_STATIC_NODES\","
		     "\"MPOL_F_NUMA_BALANCING\"]},\"personality\":{\"domain\":\"LINUX32\","
		     "\"flags\":[]},\"intelRdt\":{\"closID\":\"g\",\"schemata\":[\"L3:0=f\"],"
		     "\"l3CacheSchema\":\"L3:0=f\",\"memBwSchema\":\"MB:0=20\","
		     "\"enableMonitoring\":true}");
	const struct oci_linux *l = c ? c->linux_ : NULL;

	if (!l)
		return;
	CHECK_INT(l->memory_policy->mode, 6 + 1);
	CHECK_STR(l->memory_policy->nodes, "0-1");
	CHECK_INT(l->memory_policy->flags.value, MPOL_F_STATIC_NODES | MPOL_F_NUMA_BALANCING);
	CHECK_INT(l->personality->domain, PER_LINUX32 + 1);
	CHECK(l->personality->flags && !l->personality->flags[0]);
	CHECK_STR(l->intel_rdt->clos_id, "g");
	CHECK_STR(l->intel_rdt->schemata[0], "L3:0=f");
	CHECK_STR(l->intel_rdt->l3_cache_schema, "L3:0=f");
	CHECK_STR(l->intel_rdt->mem_bw_schema, "MB:0=20");
	CHECK(l->intel_rdt->enable_monitoring);
}

TEST(reads_the_rest)
{
	autoconfig *c = load("\"sysctl\":{\"net.ipv4.ip_forward\":\"1\",\"kernel/msgmax\":\"2\"},"
			     "\"cgroupsPath\":\"/a/b\",\"maskedPaths\":[\"/proc/kcore\"],"
			     "\"readonlyPaths\":[\"/proc/sys\",\"/proc/bus\"],"
			     "\"mountLabel\":\"l\",\"resources\":{},\"seccomp\":null");
	const struct oci_linux *l = c ? c->linux_ : NULL;

	if (!l)
		return;
	CHECK_INT(l->sysctl.n, 2);
	CHECK_STR(strmap_get(&l->sysctl, "kernel/msgmax"), "2");
	CHECK_STR(l->cgroups_path, "/a/b");
	CHECK_STR(l->masked_paths[0], "/proc/kcore");
	CHECK_STR(l->readonly_paths[1], "/proc/bus");
	CHECK_STR(l->mount_label, "l");
	CHECK(l->resources != NULL && l->seccomp == NULL);
	CHECK_INT(l->rootfs_propagation, 0);
}

TEST(reads_propagations)
{
	static const struct {
		const char *name;
		int flags;
	} rows[] = {
		{ "private", MS_PRIVATE },
		{ "shared", MS_SHARED },
		{ "slave", MS_SLAVE },
		{ "unbindable", MS_UNBINDABLE },
		{ "rprivate", MS_PRIVATE | MS_REC },
		{ "rshared", MS_SHARED | MS_REC },
		{ "rslave", MS_SLAVE | MS_REC },
		{ "runbindable", MS_UNBINDABLE | MS_REC },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autoconfig *c = NULL;
		autostr text = { 0 };

		str_addf(&text, "\"rootfsPropagation\":\"%s\"", rows[i].name);
		c = load(text.p);
		CHECK_INT(c ? c->linux_->rootfs_propagation : -1, rows[i].flags);
	}
}

TEST(names_the_place_of_a_wrong_value)
{
	static const struct {
		const char *members;
		const char *place;
	} rows[] = {
		{ "\"uidMappings\":[{\"containerID\":0,\"size\":1}]",
		  "uidMappings[0].hostID: required" },
		{ "\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":4294967296}]",
		  "gidMappings[0].size: " },
		{ "\"devices\":[{\"type\":\"z\",\"path\":\"/d\"}]", "devices[0].type: must be" },
		{ "\"devices\":[{\"type\":\"cb\",\"path\":\"/d\"}]", "devices[0].type: must be" },
		{ "\"devices\":[{\"type\":\"\",\"path\":\"/d\"}]", "devices[0].type: must be" },
		{ "\"devices\":[{\"type\":\"c\"}]", "devices[0].path: required" },
		{ "\"devices\":[{\"type\":\"c\",\"path\":\"/d\",\"fileMode\":65536}]",
		  "devices[0].fileMode: " },
		{ "\"devices\":[{\"type\":\"c\",\"path\":\"/d\",\"fileMode\":-1}]",
		  "devices[0].fileMode: " },
		{ "\"devices\":[{\"type\":\"c\",\"path\":\"/d\",\"major\":9223372036854775808}]",
		  "devices[0].major: " },
		{ "\"netDevices\":{\"eth0\":{\"name\":23}}", "netDevices.eth0.name: " },
		{ "\"rootfsPropagation\":\"z\"", "rootfsPropagation: unknown value \"z\"" },
		{ "\"timeOffsets\":{\"boottime\":{\"secs\":1.5}}", "timeOffsets.boottime.secs: " },
		{ "\"timeOffsets\":{\"boottime\":{\"nanosecs\":-1}}",
		  "timeOffsets.boottime.nanosecs: " },
		{ "\"memoryPolicy\":{\"mode\":\"MPOL_X\"}", "memoryPolicy.mode: unknown value" },
		{ "\"memoryPolicy\":{\"flags\":[\"MPOL_F_X\"]}", "memoryPolicy.flags[0]: unknown" },
		{ "\"personality\":{\"domain\":\"BSD\"}", "personality.domain: unknown value" },
		{ "\"intelRdt\":{\"memBwSchema\":\"L3:0=f\"}", "intelRdt.memBwSchema: must be" },
		{ "\"intelRdt\":{\"memBwSchema\":\"MB:0=1\\nL3:0=f\"}",
		  "intelRdt.memBwSchema: must be" },
		{ "\"sysctl\":{\"a.b\":1}", "sysctl" },
		{ "\"maskedPaths\":\"/a\"", "maskedPaths: " },
		{ "\"seccomp\":{}", "seccomp.defaultAction: required" },
		{ "\"cgroupsPath\":1", "cgroupsPath: " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autoconfig *c = NULL;
		autostr text = { 0 };
		struct err e = { 0 };

		config_text(&text, &(struct parts){ .linux_ = rows[i].members });
		CHECK_INT(oci_config_parse(text.p, text.len, &c, &e), -EINVAL);
		if (!str_starts(e.text, "linux.") || !str_starts(e.text + 6, rows[i].place))
			TEST_FAIL("\"%s\" does not begin with \"linux.%s\"", e.text, rows[i].place);
	}
}

TEST(refuses_unknown_namespaces)
{
	check_config_refused(&(struct parts){ .namespaces =
						      "{\"type\":\"mount\"},{\"type\":\"net\"}" },
			     "linux.namespaces[1].type: unknown value \"net\"");
	check_config_refused(&(struct parts){ .namespaces = "{\"path\":\"/p\"}" },
			     "linux.namespaces[0].type: required member is missing");
}

TEST_MAIN
