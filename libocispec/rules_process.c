/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config.md for the process object. */
#include "libocispec/rules.h"
#include "libocispec/sets.h"
#include <errno.h>
#include <inttypes.h>
#include <sched.h>

#define UMASK_MAX 0777
#define OOM_SCORE_ADJ_MAX 1000
#define NICE_MIN (-20)
#define NICE_MAX 19
#define RT_PRIORITY_MIN 1
#define RT_PRIORITY_MAX 99
#define IO_PRIORITY_MAX 7

static int check_args(const struct oci_process *p, struct err *e)
{
	if (!p->args || !p->args[0])
		return err_msg(e, EINVAL, "process.args: must not be empty");
	return 0;
}

static int check_cwd(const struct oci_process *p, struct err *e)
{
	if (!p->cwd || p->cwd[0] != '/')
		return err_msg(e, EINVAL, "process.cwd: must be an absolute path");
	return 0;
}

static int check_env(const struct oci_process *p, struct err *e)
{
	for (size_t i = 0; p->env && p->env[i]; i++) {
		const char *equals = strchr(p->env[i], '=');

		/* The entry is not quoted: a value without a name is often a secret. */
		if (!equals || equals == p->env[i])
			return err_msg(e, EINVAL, "process.env[%zu]: must be NAME=VALUE", i);
	}
	return 0;
}

static int check_console_size(const struct oci_process *p, struct err *e)
{
	const struct oci_console_size *size = p->console_size;

	if (!p->terminal || !size)
		return 0;
	if (size->height > UINT16_MAX)
		return err_msg(e, EINVAL, "process.consoleSize.height: %" PRIu64 " is above 65535",
			       size->height);
	if (size->width > UINT16_MAX)
		return err_msg(e, EINVAL, "process.consoleSize.width: %" PRIu64 " is above 65535",
			       size->width);
	return 0;
}

static int check_user_ids(const struct oci_process *p, struct err *e)
{
	const struct oci_user *u = p->user;

	if (!u)
		return 0;
	if (u->uid == OCI_ID_NONE)
		return err_msg(e, EINVAL, "process.user.uid: 4294967295 is not a user id");
	if (u->gid == OCI_ID_NONE)
		return err_msg(e, EINVAL, "process.user.gid: 4294967295 is not a group id");
	for (size_t i = 0; i < u->additional_gids.n; i++)
		if (u->additional_gids.v[i] == OCI_ID_NONE)
			return err_msg(
				e, EINVAL,
				"process.user.additionalGids[%zu]: 4294967295 is not a group id",
				i);
	return 0;
}

static int check_umask(const struct oci_process *p, struct err *e)
{
	if (p->user && p->user->umask.is_set && p->user->umask.value > UMASK_MAX)
		return err_msg(e, EINVAL, "process.user.umask: %" PRIu64 " is above 0777",
			       p->user->umask.value);
	return 0;
}

static int check_rlimits_distinct(const struct oci_process *p, struct err *e)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < p->n_rlimits; i++) {
		uint64_t bit = UINT64_C(1) << p->rlimits[i].type;

		if (seen & bit)
			return err_msg(e, EINVAL, "process.rlimits[%zu].type: duplicate \"%s\"", i,
				       names_get(oci_rlimit_names, p->rlimits[i].type));
		seen |= bit;
	}
	return 0;
}

static int check_rlimits_order(const struct oci_process *p, struct err *e)
{
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].soft > p->rlimits[i].hard)
			return err_msg(e, EINVAL,
				       "process.rlimits[%zu].soft: %" PRIu64
				       " is above the hard limit %" PRIu64,
				       i, p->rlimits[i].soft, p->rlimits[i].hard);
	return 0;
}

static int check_capabilities(const struct oci_process *p, struct err *e)
{
	const char *name;

	if (!p->capabilities)
		return 0;
	name = set_missing(p->capabilities->effective, p->capabilities->permitted);
	if (name)
		return err_msg(e, EINVAL,
			       "process.capabilities.effective: %.64s is not in permitted", name);
	return 0;
}

static int check_oom_score_adj(const struct oci_process *p, struct err *e)
{
	const struct opt_int *adj = &p->oom_score_adj;

	if (adj->is_set && (adj->value < -OOM_SCORE_ADJ_MAX || adj->value > OOM_SCORE_ADJ_MAX))
		return err_msg(e, EINVAL,
			       "process.oomScoreAdj: %" PRId64 " is not between -1000 and 1000",
			       adj->value);
	return 0;
}

static int check_nice(const struct oci_process *p, struct err *e)
{
	const struct oci_scheduler *s = p->scheduler;

	if (!s || !s->nice.is_set || s->nice.value == 0)
		return 0;
	if (s->policy != SCHED_OTHER + 1 && s->policy != SCHED_BATCH + 1)
		return err_msg(e, EINVAL,
			       "process.scheduler.nice: needs SCHED_OTHER or SCHED_BATCH, not %s",
			       names_get(oci_sched_policy_names, s->policy));
	if (s->nice.value < NICE_MIN || s->nice.value > NICE_MAX)
		return err_msg(e, EINVAL,
			       "process.scheduler.nice: %" PRId64 " is not between -20 and 19",
			       s->nice.value);
	return 0;
}

static int check_rt_priority(const struct oci_process *p, struct err *e)
{
	const struct oci_scheduler *s = p->scheduler;
	bool rt = s && (s->policy == SCHED_FIFO + 1 || s->policy == SCHED_RR + 1);

	if (!s)
		return 0;
	if (!rt && s->priority.value != 0)
		return err_msg(e, EINVAL,
			       "process.scheduler.priority: needs SCHED_FIFO or SCHED_RR, not %s",
			       names_get(oci_sched_policy_names, s->policy));
	if (rt && (s->priority.value < RT_PRIORITY_MIN || s->priority.value > RT_PRIORITY_MAX))
		return err_msg(e, EINVAL,
			       "process.scheduler.priority: %" PRId64 " is not between 1 and 99",
			       s->priority.value);
	return 0;
}

static int check_deadline(const struct oci_process *p, struct err *e)
{
	const struct oci_scheduler *s = p->scheduler;
	const char *member;

	if (!s || s->policy == SCHED_DEADLINE + 1)
		return 0;
	member = s->runtime_ns.value  ? "runtime" :
		 s->deadline_ns.value ? "deadline" :
		 s->period_ns.value   ? "period" :
					NULL;
	if (member)
		return err_msg(e, EINVAL, "process.scheduler.%s: needs SCHED_DEADLINE, not %s",
			       member, names_get(oci_sched_policy_names, s->policy));
	return 0;
}

static int check_io_priority(const struct oci_process *p, struct err *e)
{
	const struct oci_io_priority *io = p->io_priority;

	if (io && (io->priority < 0 || io->priority > IO_PRIORITY_MAX))
		return err_msg(e, EINVAL,
			       "process.ioPriority.priority: %" PRId64 " is not between 0 and 7",
			       io->priority);
	return 0;
}

/*
 * Of the capability sets only effective is compared, with permitted, because only there the kernel
 * refuses. Ambient without inheritable is what `runc spec` prints; runc and the kernel skip what
 * cannot be raised. Permitted beyond bounding is legal: execve takes it away.
 *
 * In a scheduler a 0 is an absent member, as the specification says: nice 0 goes with any policy.
 */
const struct oci_rule oci_process_rules[] = {
	{ "config.md#posix-process", OCI_MUST, .on_process = check_args },
	{ "config.md#process", OCI_MUST, .on_process = check_cwd },
	/* environ(7) entries are NAME=VALUE, and execve(2) takes anything. runc: the same. */
	{ "config.md#posix-process", OCI_REFUSED, .on_process = check_env },
	/* struct winsize has 16 bits; without a terminal the member must be ignored. */
	{ "config.md#process", OCI_REFUSED, .on_process = check_console_size },
	/* setresuid(-1) would leave the process root. */
	{ "config.md#posix-platform-user", OCI_REFUSED, .on_process = check_user_ids },
	/* The kernel would silently cut it. */
	{ "config.md#posix-platform-user", OCI_REFUSED, .on_process = check_umask },
	{ "config.md#posix-process", OCI_MUST, .on_process = check_rlimits_distinct },
	/* The kernel refuses it, but only in the child and without a name. */
	{ "config.md#posix-process", OCI_REFUSED, .on_process = check_rlimits_order },
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_capabilities },
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_oom_score_adj },
	/* What sched_setattr(2) would ignore or refuse without a name. runc: the same. */
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_nice },
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_rt_priority },
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_deadline },
	{ "config.md#linux-process", OCI_REFUSED, .on_process = check_io_priority },
	{ 0 },
};
