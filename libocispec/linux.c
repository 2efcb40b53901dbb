/* SPDX-License-Identifier: Apache-2.0 */
/* The linux object, in the order in which Go programs write it; its resources and seccomp have own
 * files. */
#include "libocispec/config.h"
#include "libocispec/records.h"
#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>

#define MPOL_WEIGHTED_INTERLEAVE_VALUE 6 /* MPOL_WEIGHTED_INTERLEAVE, Linux 6.9 */

const struct name oci_namespace_names[] = {
	{ "pid", CLONE_NEWPID },       { "network", CLONE_NEWNET }, { "mount", CLONE_NEWNS },
	{ "ipc", CLONE_NEWIPC },       { "uts", CLONE_NEWUTS },	    { "user", CLONE_NEWUSER },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },   { NULL, 0 },
};

/* The forms with an r are not in the specification, but containerd and docker write them. */
const struct name oci_propagation_names[] = {
	{ "private", MS_PRIVATE },
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
	{ "rprivate", MS_PRIVATE | MS_REC },
	{ "rshared", MS_SHARED | MS_REC },
	{ "rslave", MS_SLAVE | MS_REC },
	{ "runbindable", MS_UNBINDABLE | MS_REC },
	{ "", 0 }, /* absent, as runc takes it */
	{ NULL, 0 },
};

const struct name oci_mpol_mode_names[] = {
	{ "MPOL_DEFAULT", MPOL_DEFAULT + 1 },
	{ "MPOL_BIND", MPOL_BIND + 1 },
	{ "MPOL_INTERLEAVE", MPOL_INTERLEAVE + 1 },
	{ "MPOL_WEIGHTED_INTERLEAVE", MPOL_WEIGHTED_INTERLEAVE_VALUE + 1 },
	{ "MPOL_PREFERRED", MPOL_PREFERRED + 1 },
	{ "MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY + 1 },
	{ "MPOL_LOCAL", MPOL_LOCAL + 1 },
	{ NULL, 0 },
};

const struct name oci_mpol_flag_names[] = {
	{ "MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
	{ NULL, 0 },
};

const struct name oci_personality_names[] = {
	{ "LINUX", PER_LINUX + 1 },
	{ "LINUX32", PER_LINUX32 + 1 },
	{ NULL, 0 },
};

static const struct field namespace_fields[] = {
	F_ENUM("type", struct oci_namespace, type, oci_namespace_names, FIELD_REQUIRED),
	F_STRING("path", struct oci_namespace, path, 0),
};
static const struct record namespace_record =
	RECORD(struct oci_namespace, "config-linux.md#namespaces", namespace_fields);

static int check_device_type(const char *text, struct err *e)
{
	if (strlen(text) != 1 || !strchr("cbup", text[0]))
		return err_msg(e, EINVAL, "must be \"c\", \"b\", \"u\" or \"p\"");
	return 0;
}

/*
 * fileMode: the schema ends at 0777, but docker and podman copy st_mode from the host, with the
 * file type and the set-id and sticky bits in it.
 */
static const struct field device_fields[] = {
	F_STRING_CHECK("type", struct oci_device, type, FIELD_REQUIRED, check_device_type),
	F_STRING("path", struct oci_device, path, FIELD_REQUIRED),
	F_OPT_INT("major", struct oci_device, major, INT64_MIN, INT64_MAX, 0),
	F_OPT_INT("minor", struct oci_device, minor, INT64_MIN, INT64_MAX, 0),
	F_OPT_UINT("fileMode", struct oci_device, file_mode, 0177777, 0),
	F_OPT_UINT("uid", struct oci_device, uid, UINT32_MAX, 0),
	F_OPT_UINT("gid", struct oci_device, gid, UINT32_MAX, 0),
};
static const struct record device_record =
	RECORD(struct oci_device, "config-linux.md#devices", device_fields);

static const struct field net_device_fields[] = {
	F_STRING("name", struct oci_net_device, name, 0),
};
static const struct record net_device_record =
	RECORD(struct oci_net_device, "config-linux.md#network-devices", net_device_fields);

static int check_mem_bw_schema(const char *text, struct err *e)
{
	if (!str_starts(text, "MB:") || strchr(text, '\n'))
		return err_msg(e, EINVAL, "must be one line that begins with \"MB:\"");
	return 0;
}

static const struct field intel_rdt_fields[] = {
	F_STRING("closID", struct oci_intel_rdt, clos_id, 0),
	F_STRV("schemata", struct oci_intel_rdt, schemata, 0),
	F_STRING("l3CacheSchema", struct oci_intel_rdt, l3_cache_schema, 0),
	F_STRING_CHECK("memBwSchema", struct oci_intel_rdt, mem_bw_schema, 0, check_mem_bw_schema),
	F_BOOL("enableMonitoring", struct oci_intel_rdt, enable_monitoring, 0),
};
static const struct record intel_rdt_record =
	RECORD(struct oci_intel_rdt, "config-linux.md#intelrdt", intel_rdt_fields);

static const struct field memory_policy_fields[] = {
	F_ENUM("mode", struct oci_memory_policy, mode, oci_mpol_mode_names, 0),
	F_STRING("nodes", struct oci_memory_policy, nodes, 0),
	F_FLAGS("flags", struct oci_memory_policy, flags, oci_mpol_flag_names, 0),
};
static const struct record memory_policy_record =
	RECORD(struct oci_memory_policy, "config-linux.md#memory-policy", memory_policy_fields);

static const struct field personality_fields[] = {
	F_ENUM("domain", struct oci_personality, domain, oci_personality_names, 0),
	F_STRV("flags", struct oci_personality, flags, 0),
};
static const struct record personality_record =
	RECORD(struct oci_personality, "config-linux.md#personality", personality_fields);

static const struct field time_offset_fields[] = {
	F_INT("secs", struct oci_time_offset, secs, INT64_MIN, INT64_MAX, 0),
	F_U32("nanosecs", struct oci_time_offset, nanosecs, 0),
};
static const struct record time_offset_record =
	RECORD(struct oci_time_offset, "config-linux.md#time-offsets", time_offset_fields);

static const struct field time_offsets_fields[] = {
	F_RECORD("monotonic", struct oci_time_offsets, monotonic, &time_offset_record, 0),
	F_RECORD("boottime", struct oci_time_offsets, boottime, &time_offset_record, 0),
};
static const struct record time_offsets_record =
	RECORD(struct oci_time_offsets, "config-linux.md#time-offsets", time_offsets_fields);

static const struct field linux_fields[] = {
	F_LIST("uidMappings", struct oci_linux, uid_mappings, n_uid_mappings,
	       &oci_id_mapping_record, 0),
	F_LIST("gidMappings", struct oci_linux, gid_mappings, n_gid_mappings,
	       &oci_id_mapping_record, 0),
	F_STRMAP("sysctl", struct oci_linux, sysctl, 0),
	F_RECORD("resources", struct oci_linux, resources, &oci_resources_record, 0),
	F_STRING("cgroupsPath", struct oci_linux, cgroups_path, 0),
	F_LIST("namespaces", struct oci_linux, namespaces, n_namespaces, &namespace_record, 0),
	F_LIST("devices", struct oci_linux, devices, n_devices, &device_record, 0),
	F_DICT("netDevices", struct oci_linux, net_devices, n_net_devices, &net_device_record, 0),
	F_RECORD("seccomp", struct oci_linux, seccomp, &oci_seccomp_record, 0),
	F_ENUM("rootfsPropagation", struct oci_linux, rootfs_propagation, oci_propagation_names, 0),
	F_STRV("maskedPaths", struct oci_linux, masked_paths, 0),
	F_STRV("readonlyPaths", struct oci_linux, readonly_paths, 0),
	F_STRING("mountLabel", struct oci_linux, mount_label, 0),
	F_RECORD("intelRdt", struct oci_linux, intel_rdt, &intel_rdt_record, 0),
	F_RECORD("memoryPolicy", struct oci_linux, memory_policy, &memory_policy_record, 0),
	F_RECORD("personality", struct oci_linux, personality, &personality_record, 0),
	F_RECORD("timeOffsets", struct oci_linux, time_offsets, &time_offsets_record, 0),
};
const struct record oci_linux_record = RECORD(struct oci_linux, "config-linux.md", linux_fields);
