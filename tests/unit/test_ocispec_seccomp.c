/* SPDX-License-Identifier: Apache-2.0 */
#include "ocispec.h"

#include <linux/seccomp.h>

static struct oci_config *load(const char *members)
{
	autostr text = { 0 };

	str_addf(&text, "\"seccomp\":{%s}", members);
	return config_load(&(struct parts){ .linux_ = text.p });
}

TEST(reads_every_member)
{
	autoconfig *c = load(
		"\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_RISCV64\"],"
		"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]"
		","
		"\"listenerPath\":\"/run/s\",\"listenerMetadata\":\"m\",\"syscalls\":[{"
		"\"names\":[\"read\",\"nosuchcall\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":0,"
		"\"args\":[{\"index\":5,\"value\":18446744073709551615,\"valueTwo\":7,"
		"\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_NE\"}]}"
		"]");
	const struct oci_seccomp *s = c ? c->linux_->seccomp : NULL;

	if (!s)
		return;
	CHECK_INT(s->default_action, OCI_ACT_ERRNO);
	CHECK_INT(s->default_errno_ret.value, 38);
	CHECK_STR(s->architectures[1], "SCMP_ARCH_RISCV64");
	CHECK_INT(s->flags.value, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	CHECK_STR(s->listener_path, "/run/s");
	CHECK_STR(s->listener_metadata, "m");
	CHECK_INT(s->n_syscalls, 1);
	CHECK_STR(s->syscalls[0].names[1], "nosuchcall");
	CHECK_INT(s->syscalls[0].action, OCI_ACT_TRACE);
	CHECK(s->syscalls[0].errno_ret.is_set && s->syscalls[0].errno_ret.value == 0);
	CHECK_INT(s->syscalls[0].n_args, 2);
	CHECK_INT(s->syscalls[0].args[0].index, 5);
	CHECK(s->syscalls[0].args[0].value == UINT64_MAX);
	CHECK_INT(s->syscalls[0].args[0].value_two, 7);
	CHECK_INT(s->syscalls[0].args[0].op, OCI_CMP_MASKED_EQ);
	CHECK_INT(s->syscalls[0].args[1].op, OCI_CMP_NE);
}

TEST(tells_no_flags_from_absent_flags)
{
	autoconfig *none = load("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[]");
	autoconfig *absent = load("\"defaultAction\":\"SCMP_ACT_ALLOW\"");

	if (!none || !absent)
		return;
	CHECK(none->linux_->seccomp->flags.is_set && none->linux_->seccomp->flags.value == 0);
	CHECK(!absent->linux_->seccomp->flags.is_set);
	CHECK(!record_equal(&oci_config_record, none, absent));
}

TEST(reads_every_action_operator_and_architecture)
{
	for (const struct name *n = oci_seccomp_action_names; n->name; n++) {
		autostr text = { 0 };

		str_addf(&text, "\"defaultAction\":\"%s\"", n->name);
		oci_config_free(load(text.p));
	}
	for (size_t i = 0; oci_seccomp_arch_names[i]; i++) {
		autostr text = { 0 };

		str_addf(&text, "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"%s\"]",
			 oci_seccomp_arch_names[i]);
		oci_config_free(load(text.p));
	}
	CHECK_STR(names_get(oci_seccomp_action_names, OCI_ACT_NOTIFY), "SCMP_ACT_NOTIFY");
	CHECK_STR(names_get(oci_seccomp_operator_names, OCI_CMP_EQ), "SCMP_CMP_EQ");
}

TEST(refuses_what_is_not_in_the_schema)
{
	static const struct {
		const char *members;
		const char *want;
	} rows[] = {
		{ "", "defaultAction: required member is missing" },
		{ "\"defaultAction\":\"ALLOW\"", "defaultAction: unknown value \"ALLOW\"" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\","
		  "\"x\"]",
		  "architectures[1]: unknown value \"x\"" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_X\"]",
		  "flags[0]: unknown value \"SECCOMP_FILTER_FLAG_X\"" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"]}]",
		  "syscalls[0].action: required member is missing" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[],"
		  "\"action\":\"SCMP_ACT_ALLOW\"}]",
		  "syscalls[0].names: must not be empty" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"],"
		  "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":0,"
		  "\"op\":\"SCMP_CMP_X\"}]}]",
		  "syscalls[0].args[0].op: unknown value \"SCMP_CMP_X\"" },
		{ "\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"],"
		  "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}]}]",
		  "syscalls[0].args[0].value: required member is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autostr text = { 0 }, want = { 0 };

		str_addf(&text, "\"seccomp\":{%s}", rows[i].members);
		str_addf(&want, "linux.seccomp.%s", rows[i].want);
		check_config_refused(&(struct parts){ .linux_ = text.p }, want.p);
	}
}

TEST_MAIN
