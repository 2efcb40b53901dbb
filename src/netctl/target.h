/* SPDX-License-Identifier: Apache-2.0 */
/**
 * target.h - the options that name a network namespace, which many commands share.
 *
 *	struct x_args { struct target target; … };
 *	static const struct opt x_opts[] = { O_TARGET_(struct x_args, target), …, { 0 } };
 */
#ifndef NETCTL_TARGET_H
#define NETCTL_TARGET_H

#include "net/link.h"
#include "netctl/netctl.h"

struct target {
	char *netns;
	int64_t pid;
	char *container;
};

/* clang-format off */
#define O_TARGET_(t, m)                                                                            \
	O_STRING_("container", 'c', t, m.container, "ID", "in a container's network namespace"),   \
	O_STRING_("netns", 'n', t, m.netns, "PATH", "in the one at a path, or /run/netns/NAME"),     \
	O_INT_("pid", 'p', t, m.pid, "PID", "in a process's")
/* clang-format on */

bool target_is_given(const struct target *t);

/**
 * target_open - the namespace that the options name.
 * @out: a descriptor; -1 when none is named: the caller's own
 *
 * A --netns without a slash is a name that `ip netns` knows. Returns: 0; -EINVAL, more than one; or
 * an error of net/netns.h.
 */
int target_open(const struct globals *g, const struct target *t, int *out, struct err *e);
/* target_open_nl - a netlink socket there. */
int target_open_nl(const struct globals *g, const struct target *t, struct nl **out, struct err *e);

/* globals_runtime - the OCI runtime to ask for containers: --runtime, else runlet beside this
 * program, else on PATH. *out is on the heap. */
int globals_runtime(const struct globals *g, char **out, struct err *e);

/* target_open_link - and an interface there; -ENODEV. */
int target_open_link(const struct globals *g, const struct target *t, const char *name,
		     struct nl **nl, struct link *out, struct err *e);

#endif
