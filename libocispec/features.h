/* SPDX-License-Identifier: Apache-2.0 */
/**
 * features.h - the features document of the OCI runtime specification 1.3.0: what a runtime can do.
 * Spec: features.md, features-linux.md.
 *
 * A bool is optional everywhere, and absent is not false: it is "not said". Names stay text, and
 * unknown ones are kept, because a document may be by another and newer runtime; who prints our
 * own takes them from the tables of config.h. Free with record_done.
 */
#ifndef LIBOCISPEC_FEATURES_H
#define LIBOCISPEC_FEATURES_H

#include "core/record.h"

/* features-linux.md#cgroup */
struct oci_features_cgroup {
	struct opt_bool v1;
	struct opt_bool v2;
	struct opt_bool systemd;
	struct opt_bool systemd_user;
	struct opt_bool rdma;
};

/* features-linux.md#seccomp */
struct oci_features_seccomp {
	struct opt_bool enabled;
	char **actions;
	char **operators;
	char **archs;
	char **known_flags;
	char **supported_flags;
};

/* An object with nothing but "enabled". */
struct oci_features_switch {
	struct opt_bool enabled;
};

/* features-linux.md#memorypolicy */
struct oci_features_memory_policy {
	char **modes;
	char **flags;
};

/* features-linux.md#intel-rdt */
struct oci_features_intel_rdt {
	struct opt_bool enabled;
	struct opt_bool schemata;
	struct opt_bool monitoring;
};

/* features-linux.md#mountextensions */
struct oci_features_mount_extensions {
	struct oci_features_switch *idmap;
};

/* features-linux.md */
struct oci_features_linux {
	char **namespaces;
	char **capabilities; /* each CAP_[A-Z_]+ */
	struct oci_features_cgroup *cgroup;
	struct oci_features_seccomp *seccomp;
	struct oci_features_switch *apparmor;
	struct oci_features_switch *selinux;
	struct oci_features_memory_policy *memory_policy;
	struct oci_features_intel_rdt *intel_rdt;
	struct oci_features_mount_extensions *mount_extensions;
	struct oci_features_switch *net_devices;
};

/* features.md */
struct oci_features {
	char *oci_version_min;
	char *oci_version_max;
	char **hooks;
	char **mount_options;
	struct oci_features_linux *linux_; /* "linux" is a macro in GNU C */
	struct strmap annotations;
	char **potentially_unsafe_config_annotations;
};
extern const struct record oci_features_record;

#endif
