/* SPDX-License-Identifier: Apache-2.0 */
#include "ocispec.h"

#include <linux/ioprio.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/resource.h>

static struct oci_process *load(const char *text)
{
	struct oci_process *p = NULL;
	struct err e = { 0 };

	if (oci_process_parse(text, strlen(text), &p, &e) < 0)
		TEST_FAIL("%s", e.text);
	else
		CHECK(roundtrip(&oci_process_record, p, NULL));
	return p;
}

TEST(reads_every_member)
{
	struct oci_process *p = load(
		"{\"terminal\":true,\"consoleSize\":{\"height\":24,\"width\":80},"
		"\"user\":{\"uid\":1,\"gid\":2,\"umask\":18,\"additionalGids\":[3,4],"
		"\"username\":\"u\"},\"args\":[\"a\",\"\"],\"commandLine\":\"c\",\"env\":[\"A=\"],"
		"\"cwd\":\"/c\",\"noNewPrivileges\":true,\"apparmorProfile\":\"p\","
		"\"oomScoreAdj\":-1000,\"selinuxLabel\":\"s\","
		"\"execCPUAffinity\":{\"initial\":\"0-3, 7\",\"final\":\"\"},"
		"\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\",\"priority\":0}}");

	if (!p)
		return;
	CHECK(p->terminal && p->no_new_privileges);
	CHECK_INT(p->console_size->height, 24);
	CHECK_INT(p->console_size->width, 80);
	CHECK_INT(p->user->uid, 1);
	CHECK_INT(p->user->gid, 2);
	CHECK_INT(p->user->umask.value, 022);
	CHECK_INT(p->user->additional_gids.n, 2);
	CHECK_INT(p->user->additional_gids.v[1], 4);
	CHECK_STR(p->user->username, "u");
	CHECK_STR(p->args[0], "a");
	CHECK_STR(p->args[1], "");
	CHECK(p->args[2] == NULL);
	CHECK_STR(p->command_line, "c");
	CHECK_STR(p->env[0], "A=");
	CHECK_STR(p->cwd, "/c");
	CHECK_STR(p->apparmor_profile, "p");
	CHECK_INT(p->oom_score_adj.value, -1000);
	CHECK_STR(p->selinux_label, "s");
	CHECK_STR(p->exec_cpu_affinity->initial, "0-3, 7");
	CHECK_STR(p->exec_cpu_affinity->final, "");
	CHECK_INT(p->io_priority->class, IOPRIO_CLASS_IDLE);
	oci_process_free(p);
}

TEST(reads_lists)
{
	struct oci_process *p = load(
		"{\"cwd\":\"/\",\"args\":[\"a\"],\"capabilities\":{\"bounding\":[\"CAP_A\"],"
		"\"permitted\":[\"CAP_B\",\"CAP_C\"],\"effective\":[\"CAP_C\"],\"inheritable\":[],"
		"\"ambient\":[\"CAP_E\"]},\"rlimits\":["
		"{\"type\":\"RLIMIT_CPU\",\"soft\":0,\"hard\":18446744073709551615},"
		"{\"type\":\"RLIMIT_RTTIME\",\"soft\":1,\"hard\":1}]}");

	if (!p)
		return;
	CHECK_STR(p->capabilities->bounding[0], "CAP_A");
	CHECK_STR(p->capabilities->permitted[1], "CAP_C");
	CHECK_STR(p->capabilities->effective[0], "CAP_C");
	CHECK(p->capabilities->inheritable && !p->capabilities->inheritable[0]);
	CHECK_STR(p->capabilities->ambient[0], "CAP_E");
	CHECK_INT(p->n_rlimits, 2);
	CHECK_INT(p->rlimits[0].type, RLIMIT_CPU + 1);
	CHECK(p->rlimits[0].hard == UINT64_MAX);
	CHECK_INT(p->rlimits[1].type, RLIMIT_RTTIME + 1);
	oci_process_free(p);
}

TEST(reads_a_scheduler)
{
	struct oci_process *p =
		load("{\"cwd\":\"/\",\"args\":[\"a\"],\"scheduler\":{\"policy\":\"SCHED_DEADLINE\","
		     "\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\",\"SCHED_FLAG_DL_OVERRUN\"],"
		     "\"runtime\":1,\"deadline\":2,\"period\":3,\"nice\":0,\"priority\":0}}");

	if (!p)
		return;
	CHECK_INT(p->scheduler->policy, SCHED_DEADLINE + 1);
	CHECK_INT(p->scheduler->flags.value, SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_DL_OVERRUN);
	CHECK_INT(p->scheduler->runtime_ns.value, 1);
	CHECK_INT(p->scheduler->deadline_ns.value, 2);
	CHECK_INT(p->scheduler->period_ns.value, 3);
	CHECK(p->scheduler->nice.is_set && p->scheduler->nice.value == 0);
	oci_process_free(p);
}

/* A user without uid is root, and prints with it. */
TEST(prints_ids_that_are_zero)
{
	struct oci_process *p = load("{\"cwd\":\"/\",\"args\":[\"a\"],\"user\":{}}");
	autojsonout *o = json_out_new(NULL);

	if (!p)
		return;
	record_encode(&oci_process_record, p, o);
	CHECK_STR(json_out_text(o, NULL),
		  "{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"a\"],\"cwd\":\"/\"}");
	oci_process_free(p);
}

TEST(names_every_rlimit_and_policy)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		CHECK(names_get(oci_rlimit_names, i + 1) != NULL);
	CHECK(names_get(oci_rlimit_names, RLIM_NLIMITS + 1) == NULL);
	CHECK_STR(names_get(oci_rlimit_names, RLIMIT_NOFILE + 1), "RLIMIT_NOFILE");
	CHECK_STR(names_get(oci_sched_policy_names, SCHED_RR + 1), "SCHED_RR");
	CHECK_STR(names_get(oci_ioprio_class_names, IOPRIO_CLASS_RT), "IOPRIO_CLASS_RT");
}

/* A member of process, wrong, and the place that the message must begin with. */
TEST(names_the_place_of_a_wrong_value)
{
	static const struct {
		const char *members;
		const char *place;
	} rows[] = {
		{ "\"noNewPrivileges\":\"yes\"", "noNewPrivileges: " },
		{ "\"noNewPrivileges\":1", "noNewPrivileges: " },
		{ "\"terminal\":\"false\"", "terminal: " },
		{ "\"args\":\"sh\"", "args: " },
		{ "\"args\":[\"sh\",5]", "args[1]: " },
		{ "\"user\":{\"uid\":\"0\"}", "user.uid: " },
		{ "\"user\":{\"gid\":\"root\"}", "user.gid: " },
		{ "\"user\":{\"uid\":-1}", "user.uid: " },
		{ "\"user\":{\"uid\":1.5}", "user.uid: " },
		{ "\"user\":{\"uid\":4294967296}", "user.uid: " },
		{ "\"user\":{\"umask\":-1}", "user.umask: " },
		{ "\"user\":{\"additionalGids\":[0,-1]}", "user.additionalGids[1]: " },
		{ "\"consoleSize\":{\"height\":1}", "consoleSize.width: required" },
		{ "\"capabilities\":[]", "capabilities: " },
		{ "\"capabilities\":{\"ambient\":\"CAP_KILL\"}", "capabilities.ambient: " },
		{ "\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]",
		  "rlimits[0].type: unknown value \"RLIMIT_X\"" },
		{ "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":-1,\"hard\":1}]",
		  "rlimits[0].soft: " },
		{ "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1}]",
		  "rlimits[0].hard: required" },
		{ "\"oomScoreAdj\":1e400", "oomScoreAdj: " },
		{ "\"oomScoreAdj\":\"1\"", "oomScoreAdj: " },
		{ "\"scheduler\":{}", "scheduler.policy: required" },
		{ "\"scheduler\":{\"policy\":\"SCHED_X\"}", "scheduler.policy: unknown value" },
		{ "\"scheduler\":{\"policy\":\"SCHED_RR\",\"flags\":[\"X\"]}",
		  "scheduler.flags[0]: unknown value" },
		{ "\"scheduler\":{\"policy\":\"SCHED_RR\",\"priority\":2147483648}",
		  "scheduler.priority: " },
		{ "\"ioPriority\":{\"priority\":1}", "ioPriority.class: required" },
		{ "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_NONE\"}",
		  "ioPriority.class: unknown value" },
		{ "\"execCPUAffinity\":{\"initial\":\"0;1\"}", "execCPUAffinity.initial: must be" },
		{ "\"execCPUAffinity\":{\"final\":\"all\"}", "execCPUAffinity.final: must be" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autoconfig *c = NULL;
		autostr process = { 0 }, text = { 0 };
		struct err e = { 0 };

		str_addf(&process, "\"cwd\":\"/\",%s", rows[i].members);
		config_text(&text, &(struct parts){ .process = process.p });
		CHECK_INT(oci_config_parse(text.p, text.len, &c, &e), -EINVAL);
		if (!str_starts(e.text, "process.") || !str_starts(e.text + 8, rows[i].place))
			TEST_FAIL("\"%s\" does not begin with \"process.%s\"", e.text,
				  rows[i].place);
	}
}

/* exec --process reads and checks in one step; nothing is left behind by a failure. */
TEST(checks_what_exec_is_given)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "{\"cwd\":\"/\",\"args\":[]}", "process.args: must not be empty" },
		{ "{\"cwd\":\"x\",\"args\":[\"a\"]}", "process.cwd: must be an absolute path" },
		{ "{\"args\":[\"a\"]}", "cwd: required member is missing" },
		{ "{\"cwd\":\"/\",\"args\":[\"a\"],\"user\":{\"uid\":4294967295}}",
		  "process.user.uid: 4294967295 is not a user id" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct oci_process *p = NULL;
		struct err e = { 0 };

		CHECK_INT(oci_process_parse(rows[i].text, strlen(rows[i].text), &p, &e), -EINVAL);
		CHECK_STR(e.text, rows[i].want);
		CHECK(p == NULL);
	}
}

TEST_MAIN
