/* SPDX-License-Identifier: Apache-2.0 */
/* The features document, in the order of features.md and features-linux.md. */
#include "libocispec/features.h"
#include <errno.h>

static const struct field cgroup_fields[] = {
	F_OPT_BOOL("v1", struct oci_features_cgroup, v1, 0),
	F_OPT_BOOL("v2", struct oci_features_cgroup, v2, 0),
	F_OPT_BOOL("systemd", struct oci_features_cgroup, systemd, 0),
	F_OPT_BOOL("systemdUser", struct oci_features_cgroup, systemd_user, 0),
	F_OPT_BOOL("rdma", struct oci_features_cgroup, rdma, 0),
};
static const struct record cgroup_record =
	RECORD(struct oci_features_cgroup, "features-linux.md#cgroup", cgroup_fields);

static const struct field seccomp_fields[] = {
	F_OPT_BOOL("enabled", struct oci_features_seccomp, enabled, 0),
	F_STRV("actions", struct oci_features_seccomp, actions, 0),
	F_STRV("operators", struct oci_features_seccomp, operators, 0),
	F_STRV("archs", struct oci_features_seccomp, archs, 0),
	F_STRV("knownFlags", struct oci_features_seccomp, known_flags, 0),
	F_STRV("supportedFlags", struct oci_features_seccomp, supported_flags, 0),
};
static const struct record seccomp_record =
	RECORD(struct oci_features_seccomp, "features-linux.md#seccomp", seccomp_fields);

static const struct field switch_fields[] = {
	F_OPT_BOOL("enabled", struct oci_features_switch, enabled, 0),
};
static const struct record switch_record =
	RECORD(struct oci_features_switch, "features-linux.md", switch_fields);

static const struct field memory_policy_fields[] = {
	F_STRV("modes", struct oci_features_memory_policy, modes, 0),
	F_STRV("flags", struct oci_features_memory_policy, flags, 0),
};
static const struct record memory_policy_record = RECORD(
	struct oci_features_memory_policy, "features-linux.md#memorypolicy", memory_policy_fields);

static const struct field intel_rdt_fields[] = {
	F_OPT_BOOL("enabled", struct oci_features_intel_rdt, enabled, 0),
	F_OPT_BOOL("schemata", struct oci_features_intel_rdt, schemata, 0),
	F_OPT_BOOL("monitoring", struct oci_features_intel_rdt, monitoring, 0),
};
static const struct record intel_rdt_record =
	RECORD(struct oci_features_intel_rdt, "features-linux.md#intel-rdt", intel_rdt_fields);

static const struct field mount_extensions_fields[] = {
	F_RECORD("idmap", struct oci_features_mount_extensions, idmap, &switch_record, 0),
};
static const struct record mount_extensions_record =
	RECORD(struct oci_features_mount_extensions, "features-linux.md#mountextensions",
	       mount_extensions_fields);

static bool is_capability_name(const char *name)
{
	size_t n;

	if (!str_starts(name, "CAP_"))
		return false;
	n = strspn(name + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	return n > 0 && name[4 + n] == '\0';
}

static int check_capabilities(const void *object, struct err *e)
{
	const struct oci_features_linux *l = object;

	for (size_t i = 0; l->capabilities && l->capabilities[i]; i++)
		if (!is_capability_name(l->capabilities[i]))
			return err_msg(e, EINVAL, "capabilities[%zu]: must be CAP_ and a name", i);
	return 0;
}

static const struct field linux_fields[] = {
	F_STRV("namespaces", struct oci_features_linux, namespaces, 0),
	F_STRV("capabilities", struct oci_features_linux, capabilities, 0),
	F_RECORD("cgroup", struct oci_features_linux, cgroup, &cgroup_record, 0),
	F_RECORD("seccomp", struct oci_features_linux, seccomp, &seccomp_record, 0),
	F_RECORD("apparmor", struct oci_features_linux, apparmor, &switch_record, 0),
	F_RECORD("selinux", struct oci_features_linux, selinux, &switch_record, 0),
	F_RECORD("memoryPolicy", struct oci_features_linux, memory_policy, &memory_policy_record,
		 0),
	F_RECORD("intelRdt", struct oci_features_linux, intel_rdt, &intel_rdt_record, 0),
	F_RECORD("mountExtensions", struct oci_features_linux, mount_extensions,
		 &mount_extensions_record, 0),
	F_RECORD("netDevices", struct oci_features_linux, net_devices, &switch_record, 0),
};
static const struct record linux_record = RECORD_CHECK(
	struct oci_features_linux, "features-linux.md", linux_fields, check_capabilities);

static const struct field features_fields[] = {
	F_STRING("ociVersionMin", struct oci_features, oci_version_min, FIELD_REQUIRED),
	F_STRING("ociVersionMax", struct oci_features, oci_version_max, FIELD_REQUIRED),
	F_STRV("hooks", struct oci_features, hooks, 0),
	F_STRV("mountOptions", struct oci_features, mount_options, 0),
	F_RECORD("linux", struct oci_features, linux_, &linux_record, 0),
	F_STRMAP("annotations", struct oci_features, annotations, 0),
	F_STRV("potentiallyUnsafeConfigAnnotations", struct oci_features,
	       potentially_unsafe_config_annotations, 0),
};
const struct record oci_features_record =
	RECORD(struct oci_features, "features.md", features_fields);
