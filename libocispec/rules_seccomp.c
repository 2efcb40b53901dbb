/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config-linux.md for linux.seccomp. */
#include "core/strv.h"
#include "libocispec/rules.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define ERRNO_MAX 4095	/* MAX_ERRNO: the kernel cuts what is above */
#define TRACE_MAX 65535 /* SECCOMP_RET_DATA */
#define ARG_MAX_INDEX 5

/* 0, or -EINVAL for an errno that the action does not take. */
static int check_errno(const char *path, int action, const struct opt_uint *value, struct err *e)
{
	unsigned max = action == OCI_ACT_ERRNO ? ERRNO_MAX : TRACE_MAX;

	if (!value->is_set)
		return 0;
	if (action != OCI_ACT_ERRNO && action != OCI_ACT_TRACE)
		return err_msg(e, EINVAL, "%s: %s takes no errno", path,
			       names_get(oci_seccomp_action_names, action));
	if (value->value > max)
		return err_msg(e, EINVAL, "%s: %" PRIu64 " is above %u", path, value->value, max);
	return 0;
}

static int check_default_errno(const struct oci_seccomp *s, struct err *e)
{
	return check_errno("linux.seccomp.defaultErrnoRet", s->default_action,
			   &s->default_errno_ret, e);
}

static int check_rule_errnos(const struct oci_seccomp *s, struct err *e)
{
	char path[64];
	int r;

	for (size_t i = 0; i < s->n_syscalls; i++) {
		(void)snprintf(path, sizeof(path), "linux.seccomp.syscalls[%zu].errnoRet", i);
		r = check_errno(path, s->syscalls[i].action, &s->syscalls[i].errno_ret, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_default_action(const struct oci_seccomp *s, struct err *e)
{
	if (s->default_action == OCI_ACT_NOTIFY)
		return err_msg(e, EINVAL,
			       "linux.seccomp.defaultAction: must not be SCMP_ACT_NOTIFY");
	return 0;
}

static int check_notify_has_listener(const struct oci_seccomp *s, struct err *e)
{
	if (s->listener_path && *s->listener_path)
		return 0;
	for (size_t i = 0; i < s->n_syscalls; i++)
		if (s->syscalls[i].action == OCI_ACT_NOTIFY)
			return err_msg(e, EINVAL,
				       "linux.seccomp.syscalls[%zu].action: SCMP_ACT_NOTIFY needs "
				       "listenerPath",
				       i);
	return 0;
}

static int check_notify_spares_write(const struct oci_seccomp *s, struct err *e)
{
	for (size_t i = 0; i < s->n_syscalls; i++)
		if (s->syscalls[i].action == OCI_ACT_NOTIFY &&
		    strv_has(s->syscalls[i].names, "write"))
			return err_msg(e, EINVAL,
				       "linux.seccomp.syscalls[%zu].names: write must not have "
				       "SCMP_ACT_NOTIFY",
				       i);
	return 0;
}

static int check_metadata_has_listener(const struct oci_seccomp *s, struct err *e)
{
	if (s->listener_metadata && *s->listener_metadata &&
	    (!s->listener_path || !*s->listener_path))
		return err_msg(e, EINVAL, "linux.seccomp.listenerMetadata: needs listenerPath");
	return 0;
}

static int check_arg_indexes(const struct oci_seccomp *s, struct err *e)
{
	for (size_t i = 0; i < s->n_syscalls; i++)
		for (size_t k = 0; k < s->syscalls[i].n_args; k++)
			if (s->syscalls[i].args[k].index > ARG_MAX_INDEX)
				return err_msg(e, EINVAL,
					       "linux.seccomp.syscalls[%zu].args[%zu].index: %u is "
					       "above 5",
					       i, k, (unsigned)s->syscalls[i].args[k].index);
	return 0;
}

const struct oci_rule oci_seccomp_rules[] = {
	/* The agent would be asked about the very calls that hand it the listener. runc: the same.
	 */
	{ "config-linux.md#seccomp", OCI_REFUSED, .on_seccomp = check_default_action },
	{ "config-linux.md#seccomp", OCI_MUST, .on_seccomp = check_default_errno },
	{ "config-linux.md#seccomp", OCI_MUST, .on_seccomp = check_metadata_has_listener },
	/* The calls would fail with ENOSYS, or hang. runc: the same. */
	{ "config-linux.md#seccomp", OCI_REFUSED, .on_seccomp = check_notify_has_listener },
	/* The process that installs the filter must still be able to report. runc: the same. */
	{ "config-linux.md#seccomp", OCI_REFUSED, .on_seccomp = check_notify_spares_write },
	{ "config-linux.md#seccomp", OCI_MUST, .on_seccomp = check_rule_errnos },
	/* A system call has six arguments. */
	{ "config-linux.md#seccomp", OCI_REFUSED, .on_seccomp = check_arg_indexes },
	{ 0 },
};
