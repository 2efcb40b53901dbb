/* SPDX-License-Identifier: Apache-2.0 */
/* linux.seccomp, in the order of config-linux.md. */
#include "core/strv.h"
#include "libocispec/config.h"
#include "libocispec/records.h"
#include <errno.h>
#include <linux/seccomp.h>

const struct name oci_seccomp_action_names[] = {
	{ "SCMP_ACT_KILL", OCI_ACT_KILL },
	{ "SCMP_ACT_KILL_PROCESS", OCI_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", OCI_ACT_KILL_THREAD },
	{ "SCMP_ACT_TRAP", OCI_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", OCI_ACT_ERRNO },
	{ "SCMP_ACT_TRACE", OCI_ACT_TRACE },
	{ "SCMP_ACT_ALLOW", OCI_ACT_ALLOW },
	{ "SCMP_ACT_LOG", OCI_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", OCI_ACT_NOTIFY },
	{ NULL, 0 },
};

const struct name oci_seccomp_operator_names[] = {
	{ "SCMP_CMP_NE", OCI_CMP_NE },
	{ "SCMP_CMP_LT", OCI_CMP_LT },
	{ "SCMP_CMP_LE", OCI_CMP_LE },
	{ "SCMP_CMP_EQ", OCI_CMP_EQ },
	{ "SCMP_CMP_GE", OCI_CMP_GE },
	{ "SCMP_CMP_GT", OCI_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", OCI_CMP_MASKED_EQ },
	{ NULL, 0 },
};

const struct name oci_seccomp_flag_names[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	{ NULL, 0 },
};

const char *const oci_seccomp_arch_names[] = {
	"SCMP_ARCH_X86",	 "SCMP_ARCH_X86_64",	  "SCMP_ARCH_X32",     "SCMP_ARCH_ARM",
	"SCMP_ARCH_AARCH64",	 "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",    "SCMP_ARCH_MIPS",
	"SCMP_ARCH_MIPS64",	 "SCMP_ARCH_MIPS64N32",	  "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64",
	"SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",	  "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",
	"SCMP_ARCH_S390",	 "SCMP_ARCH_S390X",	  "SCMP_ARCH_SH",      "SCMP_ARCH_SHEB",
	"SCMP_ARCH_PARISC",	 "SCMP_ARCH_PARISC64",	  "SCMP_ARCH_RISCV64", NULL,
};

static bool is_arch_name(const char *name)
{
	for (size_t i = 0; oci_seccomp_arch_names[i]; i++)
		if (str_eq(oci_seccomp_arch_names[i], name))
			return true;
	return false;
}

static int check_architectures(const void *object, struct err *e)
{
	const struct oci_seccomp *s = object;

	for (size_t i = 0; s->architectures && s->architectures[i]; i++)
		if (!is_arch_name(s->architectures[i]))
			return err_msg(e, EINVAL, "architectures[%zu]: unknown value \"%s\"", i,
				       s->architectures[i]);
	return 0;
}

static const struct field arg_fields[] = {
	F_U32("index", struct oci_seccomp_arg, index, REQUIRED_NUMBER),
	F_UINT("value", struct oci_seccomp_arg, value, UINT64_MAX, REQUIRED_NUMBER),
	F_UINT("valueTwo", struct oci_seccomp_arg, value_two, UINT64_MAX, 0),
	F_ENUM("op", struct oci_seccomp_arg, op, oci_seccomp_operator_names, FIELD_REQUIRED),
};
static const struct record arg_record =
	RECORD(struct oci_seccomp_arg, "config-linux.md#seccomp", arg_fields);

static const struct field rule_fields[] = {
	F_STRV("names", struct oci_seccomp_rule, names, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_ENUM("action", struct oci_seccomp_rule, action, oci_seccomp_action_names, FIELD_REQUIRED),
	F_OPT_UINT("errnoRet", struct oci_seccomp_rule, errno_ret, UINT32_MAX, 0),
	F_LIST("args", struct oci_seccomp_rule, args, n_args, &arg_record, 0),
};
static const struct record rule_record =
	RECORD(struct oci_seccomp_rule, "config-linux.md#seccomp", rule_fields);

static const struct field seccomp_fields[] = {
	F_ENUM("defaultAction", struct oci_seccomp, default_action, oci_seccomp_action_names,
	       FIELD_REQUIRED),
	F_OPT_UINT("defaultErrnoRet", struct oci_seccomp, default_errno_ret, UINT32_MAX, 0),
	F_STRV("architectures", struct oci_seccomp, architectures, 0),
	F_FLAGS("flags", struct oci_seccomp, flags, oci_seccomp_flag_names, 0),
	F_STRING("listenerPath", struct oci_seccomp, listener_path, 0),
	F_STRING("listenerMetadata", struct oci_seccomp, listener_metadata, 0),
	F_LIST("syscalls", struct oci_seccomp, syscalls, n_syscalls, &rule_record, 0),
};
const struct record oci_seccomp_record = RECORD_CHECK(struct oci_seccomp, "config-linux.md#seccomp",
						      seccomp_fields, check_architectures);
