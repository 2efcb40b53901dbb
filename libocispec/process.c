/* SPDX-License-Identifier: Apache-2.0 */
/* The process object, in the order of config.md. */
#include "libocispec/config.h"
#include "libocispec/records.h"
#include "libocispec/rules.h"
#include <errno.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/resource.h>

#define SCHED_ISO_RESERVED 4 /* SCHED_ISO: a number that the kernel keeps and never implemented */

const struct name oci_rlimit_names[] = {
	{ "RLIMIT_AS", RLIMIT_AS + 1 },
	{ "RLIMIT_CORE", RLIMIT_CORE + 1 },
	{ "RLIMIT_CPU", RLIMIT_CPU + 1 },
	{ "RLIMIT_DATA", RLIMIT_DATA + 1 },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE + 1 },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS + 1 },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK + 1 },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE + 1 },
	{ "RLIMIT_NICE", RLIMIT_NICE + 1 },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE + 1 },
	{ "RLIMIT_NPROC", RLIMIT_NPROC + 1 },
	{ "RLIMIT_RSS", RLIMIT_RSS + 1 },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO + 1 },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME + 1 },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING + 1 },
	{ "RLIMIT_STACK", RLIMIT_STACK + 1 },
	{ NULL, 0 },
};

const struct name oci_sched_policy_names[] = {
	{ "SCHED_OTHER", SCHED_OTHER + 1 },
	{ "SCHED_FIFO", SCHED_FIFO + 1 },
	{ "SCHED_RR", SCHED_RR + 1 },
	{ "SCHED_BATCH", SCHED_BATCH + 1 },
	{ "SCHED_ISO", SCHED_ISO_RESERVED + 1 },
	{ "SCHED_IDLE", SCHED_IDLE + 1 },
	{ "SCHED_DEADLINE", SCHED_DEADLINE + 1 },
	{ NULL, 0 },
};

const struct name oci_sched_flag_names[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
	{ "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
	{ "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
	{ "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
	{ "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
	{ NULL, 0 },
};

const struct name oci_ioprio_class_names[] = {
	{ "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
	{ "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
	{ NULL, 0 },
};

static const struct field console_size_fields[] = {
	F_UINT("height", struct oci_console_size, height, UINT64_MAX, REQUIRED_NUMBER),
	F_UINT("width", struct oci_console_size, width, UINT64_MAX, REQUIRED_NUMBER),
};
static const struct record console_size_record =
	RECORD(struct oci_console_size, "config.md#process", console_size_fields);

/* uid and gid are required by the prose but not by the schema, and callers leave 0 out. */
static const struct field user_fields[] = {
	F_U32("uid", struct oci_user, uid, FIELD_NO_OMIT),
	F_U32("gid", struct oci_user, gid, FIELD_NO_OMIT),
	F_OPT_UINT("umask", struct oci_user, umask, UINT32_MAX, 0),
	F_U32LIST("additionalGids", struct oci_user, additional_gids, 0),
	F_STRING("username", struct oci_user, username, 0),
};
static const struct record user_record =
	RECORD(struct oci_user, "config.md#posix-platform-user", user_fields);

static const struct field capabilities_fields[] = {
	F_STRV("bounding", struct oci_capabilities, bounding, 0),
	F_STRV("effective", struct oci_capabilities, effective, 0),
	F_STRV("inheritable", struct oci_capabilities, inheritable, 0),
	F_STRV("permitted", struct oci_capabilities, permitted, 0),
	F_STRV("ambient", struct oci_capabilities, ambient, 0),
};
static const struct record capabilities_record =
	RECORD(struct oci_capabilities, "config.md#linux-process", capabilities_fields);

static const struct field rlimit_fields[] = {
	F_ENUM("type", struct oci_rlimit, type, oci_rlimit_names, FIELD_REQUIRED),
	F_UINT("hard", struct oci_rlimit, hard, UINT64_MAX, REQUIRED_NUMBER),
	F_UINT("soft", struct oci_rlimit, soft, UINT64_MAX, REQUIRED_NUMBER),
};
static const struct record rlimit_record =
	RECORD(struct oci_rlimit, "config.md#posix-process", rlimit_fields);

static const struct field scheduler_fields[] = {
	F_ENUM("policy", struct oci_scheduler, policy, oci_sched_policy_names, FIELD_REQUIRED),
	F_OPT_INT("nice", struct oci_scheduler, nice, INT32_MIN, INT32_MAX, 0),
	F_OPT_INT("priority", struct oci_scheduler, priority, INT32_MIN, INT32_MAX, 0),
	F_FLAGS("flags", struct oci_scheduler, flags, oci_sched_flag_names, 0),
	F_OPT_UINT("runtime", struct oci_scheduler, runtime_ns, UINT64_MAX, 0),
	F_OPT_UINT("deadline", struct oci_scheduler, deadline_ns, UINT64_MAX, 0),
	F_OPT_UINT("period", struct oci_scheduler, period_ns, UINT64_MAX, 0),
};
static const struct record scheduler_record =
	RECORD(struct oci_scheduler, "config.md#linux-process", scheduler_fields);

static const struct field io_priority_fields[] = {
	F_ENUM("class", struct oci_io_priority, class, oci_ioprio_class_names, FIELD_REQUIRED),
	F_INT("priority", struct oci_io_priority, priority, INT32_MIN, INT32_MAX, FIELD_NO_OMIT),
};
static const struct record io_priority_record =
	RECORD(struct oci_io_priority, "config.md#linux-process", io_priority_fields);

static int check_cpu_list(const char *text, struct err *e)
{
	if (text[strspn(text, "0123456789, -")])
		return err_msg(e, EINVAL, "must be a list of CPUs such as \"0-3,7\"");
	return 0;
}

static const struct field cpu_affinity_fields[] = {
	F_STRING_CHECK("initial", struct oci_cpu_affinity, initial, 0, check_cpu_list),
	F_STRING_CHECK("final", struct oci_cpu_affinity, final, 0, check_cpu_list),
};
static const struct record cpu_affinity_record =
	RECORD(struct oci_cpu_affinity, "config.md#linux-process", cpu_affinity_fields);

static const struct field process_fields[] = {
	F_BOOL("terminal", struct oci_process, terminal, 0),
	F_RECORD("consoleSize", struct oci_process, console_size, &console_size_record, 0),
	F_RECORD("user", struct oci_process, user, &user_record, 0),
	F_STRV("args", struct oci_process, args, 0),
	F_STRING("commandLine", struct oci_process, command_line, 0),
	F_STRV("env", struct oci_process, env, 0),
	F_STRING("cwd", struct oci_process, cwd, FIELD_REQUIRED),
	F_RECORD("capabilities", struct oci_process, capabilities, &capabilities_record, 0),
	F_LIST("rlimits", struct oci_process, rlimits, n_rlimits, &rlimit_record, 0),
	F_BOOL("noNewPrivileges", struct oci_process, no_new_privileges, 0),
	F_STRING("apparmorProfile", struct oci_process, apparmor_profile, 0),
	F_OPT_INT("oomScoreAdj", struct oci_process, oom_score_adj, INT64_MIN, INT64_MAX, 0),
	F_STRING("selinuxLabel", struct oci_process, selinux_label, 0),
	F_RECORD("scheduler", struct oci_process, scheduler, &scheduler_record, 0),
	F_RECORD("ioPriority", struct oci_process, io_priority, &io_priority_record, 0),
	F_RECORD("execCPUAffinity", struct oci_process, exec_cpu_affinity, &cpu_affinity_record, 0),
};
const struct record oci_process_record =
	RECORD(struct oci_process, "config.md#process", process_fields);

int oci_process_parse(const char *text, size_t len, struct oci_process **out, struct err *e)
{
	struct oci_process *p = xcalloc(1, sizeof(*p));
	int r;

	r = record_parse(&oci_process_record, text, len, p, e);
	if (r >= 0)
		r = oci_process_check(p, e);
	if (r < 0) {
		oci_process_free(p);
		return r;
	}
	*out = p;
	return 0;
}

void oci_process_free(struct oci_process *p)
{
	if (!p)
		return;
	record_done(&oci_process_record, p);
	free(p);
}

int oci_process_check(const struct oci_process *p, struct err *e)
{
	return oci_rules_check(NULL, p, e);
}
