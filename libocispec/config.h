/* SPDX-License-Identifier: Apache-2.0 */
/**
 * config.h - config.json of the OCI runtime specification 1.3.0, for Linux, as C structs.
 *
 * One struct per object of the spec, in the spec's order and with its member names; the tables
 * that read and write them are in the file named after the chapter. Sub-objects are pointers, NULL
 * when absent; see core/record.h for absence in general.
 */
#ifndef LIBOCISPEC_CONFIG_H
#define LIBOCISPEC_CONFIG_H

#include "core/record.h"

#define OCI_VERSION "1.3.0"

/* config-linux.md#user-namespace-mappings, config.md#mounts */
struct oci_id_mapping {
	uint32_t container_id;
	uint32_t host_id;
	uint32_t size;
};

/* config.md#root */
struct oci_root {
	char *path;
	bool readonly;
};

/* config.md#mounts */
struct oci_mount {
	char *destination; /* a relative one, which 1.3.0 deprecates, is below "/" */
	char *source;
	char *type;
	char **options;
	struct oci_id_mapping *uid_mappings;
	size_t n_uid_mappings;
	struct oci_id_mapping *gid_mappings;
	size_t n_gid_mappings;
};

/* config.md#posix-process: rlimits[].type as RLIMIT_* + 1 */
extern const struct name oci_rlimit_names[];

struct oci_rlimit {
	int type; /* RLIMIT_* + 1 */
	uint64_t soft;
	uint64_t hard;
};

struct oci_console_size {
	uint64_t height;
	uint64_t width;
};

/* config.md#posix-platform-user */
struct oci_user {
	uint32_t uid;
	uint32_t gid;
	struct opt_uint umask; /* checked: 0..0777 */
	struct u32list additional_gids;
	char *username; /* Windows only; read and printed, not used */
};

/* config.md#linux-process: a set is a list of names, because unknown ones only warn */
struct oci_capabilities {
	char **bounding;
	char **permitted;
	char **effective;
	char **inheritable;
	char **ambient;
};

extern const struct name oci_sched_policy_names[]; /* SCHED_* + 1 */
extern const struct name oci_sched_flag_names[];   /* SCHED_FLAG_* bits */

struct oci_scheduler {
	int policy; /* SCHED_* + 1 */
	struct opt_int nice;
	struct opt_int priority;
	struct opt_uint flags; /* SCHED_FLAG_* */
	struct opt_uint runtime_ns;
	struct opt_uint deadline_ns;
	struct opt_uint period_ns;
};

extern const struct name oci_ioprio_class_names[]; /* IOPRIO_CLASS_*: RT 1, BE 2, IDLE 3 */

struct oci_io_priority {
	int class; /* IOPRIO_CLASS_* */
	int64_t priority;
};

struct oci_cpu_affinity {
	char *initial; /* a cpu list */
	char *final;
};

/* config.md#process */
struct oci_process {
	bool terminal;
	struct oci_console_size *console_size;
	struct oci_user *user;
	char **args;
	char *command_line; /* Windows only */
	char **env;
	char *cwd;
	struct oci_capabilities *capabilities;
	struct oci_rlimit *rlimits;
	size_t n_rlimits;
	bool no_new_privileges;
	char *apparmor_profile;
	struct opt_int oom_score_adj;
	char *selinux_label;
	struct oci_scheduler *scheduler;
	struct oci_io_priority *io_priority;
	struct oci_cpu_affinity *exec_cpu_affinity;
};
extern const struct record oci_process_record;

/* config.md#posix-platform-hooks */
struct oci_hook {
	char *path; /* checked: absolute */
	char **args;
	char **env;
	struct opt_int timeout; /* seconds, >= 1; checked: fits an int as milliseconds */
};

struct oci_hooks {
	struct oci_hook *prestart;
	size_t n_prestart;
	struct oci_hook *create_runtime;
	size_t n_create_runtime;
	struct oci_hook *create_container;
	size_t n_create_container;
	struct oci_hook *start_container;
	size_t n_start_container;
	struct oci_hook *poststart;
	size_t n_poststart;
	struct oci_hook *poststop;
	size_t n_poststop;
};

/* config-linux.md#namespaces: the value is the CLONE_NEW* flag */
extern const struct name oci_namespace_names[];

struct oci_namespace {
	int type;   /* CLONE_NEW* */
	char *path; /* checked: absolute; NULL for a new one */
};

/* config-linux.md#devices */
struct oci_device {
	char *type; /* "c", "b", "u" or "p" */
	char *path;
	struct opt_int major;
	struct opt_int minor;
	struct opt_uint file_mode;
	struct opt_uint uid;
	struct opt_uint gid;
};

/* config-linux.md#network-devices */
struct oci_net_device {
	char *key;  /* the name on the host */
	char *name; /* NULL: the same name inside */
};

/* config-linux.md#time-offsets */
struct oci_time_offset {
	int64_t secs;
	uint32_t nanosecs;
};
struct oci_time_offsets {
	struct oci_time_offset *monotonic;
	struct oci_time_offset *boottime;
};

/* config-linux.md#allowed-device-list */
struct oci_device_cgroup {
	bool allow;
	char *type;	      /* "a", "c", "b"; NULL is "a" */
	struct opt_int major; /* absent or -1 is any */
	struct opt_int minor;
	char *access; /* of "rwm"; NULL is all */
};

/* config-linux.md#memory */
struct oci_memory {
	struct opt_int limit; /* bytes; -1 unlimited */
	struct opt_int reservation;
	struct opt_int swap; /* memory plus swap */
	struct opt_int kernel;
	struct opt_int kernel_tcp;
	struct opt_uint swappiness;
	struct opt_bool disable_oom_killer;
	struct opt_bool use_hierarchy;
	struct opt_bool check_before_update;
};

/* config-linux.md#cpu: times in microseconds */
struct oci_cpu {
	struct opt_uint shares;
	struct opt_int quota;
	struct opt_uint burst;
	struct opt_uint period;
	struct opt_int realtime_runtime;
	struct opt_uint realtime_period;
	char *cpus;
	char *mems;
	struct opt_int idle;
};

/* config-linux.md#block-io */
struct oci_weight_device {
	int64_t major;
	int64_t minor;
	struct opt_uint weight;
	struct opt_uint leaf_weight;
};
struct oci_throttle_device {
	int64_t major;
	int64_t minor;
	uint64_t rate; /* bytes or operations per second */
};
struct oci_block_io {
	struct opt_uint weight;
	struct opt_uint leaf_weight;
	struct oci_weight_device *weight_device;
	size_t n_weight_device;
	struct oci_throttle_device *throttle_read_bps_device;
	size_t n_throttle_read_bps_device;
	struct oci_throttle_device *throttle_write_bps_device;
	size_t n_throttle_write_bps_device;
	struct oci_throttle_device *throttle_read_iops_device;
	size_t n_throttle_read_iops_device;
	struct oci_throttle_device *throttle_write_iops_device;
	size_t n_throttle_write_iops_device;
};

/* config-linux.md#huge-page-limits */
struct oci_hugepage_limit {
	char *page_size; /* "2MB", "1GB": checked against its grammar when read */
	uint64_t limit;
};

/* config-linux.md#network */
struct oci_interface_priority {
	char *name;
	uint32_t priority;
};
struct oci_network {
	struct opt_uint class_id;
	struct oci_interface_priority *priorities;
	size_t n_priorities;
};

/* config-linux.md#pids */
struct oci_pids {
	struct opt_int limit; /* <= 0 means unlimited, but see the engine on 0 */
};

/* config-linux.md#rdma */
struct oci_rdma {
	char *key; /* device */
	struct opt_uint hca_handles;
	struct opt_uint hca_objects;
};

/* config-linux.md#control-groups */
struct oci_resources {
	struct oci_device_cgroup *devices;
	size_t n_devices;
	struct oci_memory *memory;
	struct oci_cpu *cpu;
	struct oci_pids *pids;
	struct oci_block_io *block_io;
	struct oci_hugepage_limit *hugepage_limits;
	size_t n_hugepage_limits;
	struct oci_network *network;
	struct oci_rdma *rdma;
	size_t n_rdma;
	struct strmap unified;
};
extern const struct record oci_resources_record;

/* config-linux.md#seccomp: values are our own, from 1; the engine maps them to libseccomp's */
enum oci_seccomp_action {
	OCI_ACT_KILL = 1,
	OCI_ACT_KILL_PROCESS,
	OCI_ACT_KILL_THREAD,
	OCI_ACT_TRAP,
	OCI_ACT_ERRNO,
	OCI_ACT_TRACE,
	OCI_ACT_ALLOW,
	OCI_ACT_LOG,
	OCI_ACT_NOTIFY,
};
enum oci_seccomp_operator {
	OCI_CMP_NE = 1,
	OCI_CMP_LT,
	OCI_CMP_LE,
	OCI_CMP_EQ,
	OCI_CMP_GE,
	OCI_CMP_GT,
	OCI_CMP_MASKED_EQ,
};
extern const struct name oci_seccomp_action_names[];
extern const struct name oci_seccomp_operator_names[];
extern const struct name oci_seccomp_flag_names[]; /* SECCOMP_FILTER_FLAG_* bits */
extern const char *const oci_seccomp_arch_names[]; /* "SCMP_ARCH_*", NULL-terminated */

struct oci_seccomp_arg {
	uint32_t index; /* checked: 0..5 */
	uint64_t value;
	uint64_t value_two;
	int op; /* enum oci_seccomp_operator */
};
struct oci_seccomp_rule {
	char **names;
	int action; /* enum oci_seccomp_action */
	struct opt_uint errno_ret;
	struct oci_seccomp_arg *args;
	size_t n_args;
};
struct oci_seccomp {
	int default_action; /* enum oci_seccomp_action */
	struct opt_uint default_errno_ret;
	char **architectures;  /* "SCMP_ARCH_*", each checked when read */
	struct opt_uint flags; /* SECCOMP_FILTER_FLAG_*; set but 0 differs from absent */
	char *listener_path;
	char *listener_metadata;
	struct oci_seccomp_rule *syscalls;
	size_t n_syscalls;
};
extern const struct record oci_seccomp_record;

/* config-linux.md#intelrdt */
struct oci_intel_rdt {
	char *clos_id;
	char **schemata;
	char *l3_cache_schema;
	char *mem_bw_schema;
	bool enable_monitoring;
};

/* config-linux.md#memory-policy */
extern const struct name oci_mpol_mode_names[]; /* MPOL_* + 1 */
extern const struct name oci_mpol_flag_names[]; /* MPOL_F_* bits */

struct oci_memory_policy {
	int mode; /* MPOL_* + 1 */
	char *nodes;
	struct opt_uint flags;
};

/* config-linux.md#personality */
extern const struct name oci_personality_names[]; /* PER_LINUX + 1, PER_LINUX32 + 1 */

struct oci_personality {
	int domain; /* PER_* + 1 */
	char **flags;
};

/* MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE; "rprivate" and so on have MS_REC too, as in runc
 */
extern const struct name oci_propagation_names[];

/* config-linux.md */
struct oci_linux {
	struct oci_id_mapping *uid_mappings;
	size_t n_uid_mappings;
	struct oci_id_mapping *gid_mappings;
	size_t n_gid_mappings;
	struct strmap sysctl;
	struct oci_resources *resources;
	char *cgroups_path;
	struct oci_namespace *namespaces;
	size_t n_namespaces;
	struct oci_device *devices;
	size_t n_devices;
	struct oci_net_device *net_devices;
	size_t n_net_devices;
	struct oci_seccomp *seccomp;
	int rootfs_propagation; /* MS_*; 0 when absent */
	char **masked_paths;
	char **readonly_paths;
	char *mount_label;
	struct oci_intel_rdt *intel_rdt;
	struct oci_memory_policy *memory_policy;
	struct oci_personality *personality;
	struct oci_time_offsets *time_offsets;
};

struct oci_config {
	char *oci_version;
	struct oci_root *root;
	struct oci_mount *mounts;
	size_t n_mounts;
	struct oci_process *process;
	char *hostname;
	char *domainname;
	struct oci_hooks *hooks;
	struct strmap annotations;
	struct oci_linux *linux_; /* "linux" is a macro in GNU C */
};
extern const struct record oci_config_record;

/**
 * oci_config_parse - read a config.json.
 * @out: allocated; free with oci_config_free
 *
 * Accepts every document that the 1.3.0 schema accepts; members of other platforms are ignored.
 * Whether the configuration makes sense is oci_config_check's question.
 *
 * Returns: 0, or -EINVAL, -EFBIG, -ELOOP with the path of the offending member.
 */
int oci_config_parse(const char *text, size_t len, struct oci_config **out, struct err *e);
void oci_config_free(struct oci_config *c);
void oci_config_free_p(struct oci_config **c);
#define autoconfig _cleanup_(oci_config_free_p) struct oci_config

/* oci_process_parse - read a process document, as `exec --process` takes it, and check it. */
int oci_process_parse(const char *text, size_t len, struct oci_process **out, struct err *e);
void oci_process_free(struct oci_process *p);

/**
 * oci_config_check - the spec's MUSTs that no single member can break.
 *
 * A table of rules, each a row: the section, what must hold, the function. Contradictory or
 * duplicate namespaces, hostname without a UTS namespace, mappings without a user namespace, time
 * offsets without a time namespace, no mount namespace, duplicate rlimits, soft over hard,
 * capabilities that contradict each other, seccomp listener rules, ociVersion not 1.x, ….
 *
 * Returns: 0, or -EINVAL; the message begins with the member's path.
 */
int oci_config_check(const struct oci_config *c, struct err *e);
int oci_process_check(const struct oci_process *p, struct err *e); /* paths begin with "process" */
/**
 * oci_resources_read_as - give members the meaning that they had in a configuration's version.
 * @oci_version: of the configuration that the resources are part of, or change
 *
 * Before 1.3.0 a pids.limit of 0 was none, and callers that write such versions mean that.
 * oci_config_parse does this, too.
 */
void oci_resources_read_as(struct oci_resources *r, const char *oci_version);
/* Those about linux.resources alone, for an update. */
int oci_resources_check(const struct oci_resources *r, struct err *e);

/* Helpers that several readers need. NULL-safe. */
const struct oci_namespace *oci_namespace_get(const struct oci_config *c, int type);

#endif
