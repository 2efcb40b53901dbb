/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/init.h"

#include "core/proc.h"
#include "core/procfs.h"
#include "core/sock.h"
#include "core/str.h"
#include "engine/init/clone.h"
#include "engine/init/idmap.h"
#include "engine/init/stage.h"
#include "engine/init/sync.h"
#include "engine/security/attrs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* The cgroup namespace is made by init, once it is in its cgroup. */
#define CLONED_FLAGS (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/*
 * One clone3 makes everything, unless something must be true of init's *parent* first: it must be
 * inside a user namespace that is joined, or have joined the pid or time namespace that its child
 * is to live in, or what only the host's root may join. Then a stage process stands in between, and
 * init is made its sibling.
 */
static bool needs_stage(const struct namespaces *ns)
{
	return namespaces_join_fd(ns, CLONE_NEWUSER) >= 0 ||
	       namespaces_join_fd(ns, CLONE_NEWPID) >= 0 || namespaces_has(ns, CLONE_NEWTIME) ||
	       (namespaces_has_new(ns, CLONE_NEWUSER) && ns->n_join > 0);
}

static int write_time_offset(int proc, const char *clock, const struct oci_time_offset *o,
			     struct err *e)
{
	char text[64];
	int n;

	if (!o)
		return 0;
	n = snprintf(text, sizeof(text), "%s %lld %u\n", clock, (long long)o->secs, o->nanosecs);
	if (procfs_write(proc, "self/timens_offsets", text, (size_t)n, e) < 0)
		return err_wrap(e, "linux.timeOffsets.%s: ", clock);
	return 0;
}

static int new_time_namespace(const struct init *in, struct err *e)
{
	const struct oci_time_offsets *o = in->config->linux_->time_offsets;
	int r;

	if (!namespaces_has_new(&in->ns, CLONE_NEWTIME))
		return 0;
	if (unshare(CLONE_NEWTIME) < 0)
		return err_set(e, errno, "unshare the time namespace");
	if (!o)
		return 0;
	r = init_open_own(in, true, e);
	/* Before the first process enters: after that the kernel refuses. */
	if (r == 0)
		r = write_time_offset(in->proc, "monotonic", o->monotonic, e);
	if (r == 0)
		r = write_time_offset(in->proc, "boottime", o->boottime, e);
	return r < 0 ? r : init_open_own(in, false, e);
}

static int stage_user_namespace(struct init *in, int sock, struct err *e)
{
	int r = 0;

	if (!namespaces_has(&in->ns, CLONE_NEWUSER))
		return 0;
	if (!namespaces_has_new(&in->ns, CLONE_NEWUSER))
		r = namespaces_join(&in->ns, CLONE_NEWUSER, e);
	else if (unshare(CLONE_NEWUSER) < 0)
		r = err_set(e, errno, "unshare the user namespace");
	if (r == 0)
		r = init_ask_maps(in, sock, e);
	return r < 0 ? r : init_become_root(in, e);
}

/* The cgroup that init is born in; -1 when it enters by a descriptor of the runtime's, because the
 * stage has no right to it: in a user namespace it is nobody to the host's cgroups. */
static int birthplace(const struct init *in)
{
	return in->staged && namespaces_has(&in->ns, CLONE_NEWUSER) ? -1 : cgroup_v2_fd(in->cgroup);
}

static pid_t give_birth(void *context, int sock, struct err *e)
{
	struct init *in = context;
	int r;

	/* With the runtime's privileges as far as they go: in its user namespace a process may not
	 * enter what belongs to another, nor write files of its own that are the host's root's. */
	r = namespaces_has(&in->ns, CLONE_NEWUSER) ? namespaces_join_early(&in->ns, e) : 0;
	if (r == 0 && in->privileged)
		r = new_time_namespace(in, e);
	if (r == 0)
		r = stage_user_namespace(in, sock, e);
	if (r == 0)
		r = namespaces_join(&in->ns, CLONE_NEWPID | CLONE_NEWTIME, e);
	if (r == 0 && !in->privileged)
		r = new_time_namespace(in, e);
	if (r < 0)
		return err_wrap(e, "error during container init: ");
	return clone_process((uint64_t)(in->ns.new_flags & CLONED_FLAGS) | CLONE_PARENT,
			     birthplace(in), NULL, e);
}

static void live(void *context)
{
	init_main(context);
}

static int write_maps(void *context, pid_t stage, struct err *e)
{
	const struct init *in = context;
	const struct oci_linux *l = in->config->linux_;

	if (namespaces_join_fd(&in->ns, CLONE_NEWUSER) >= 0)
		return idmap_check_joined(in->proc, stage, l, e);
	return idmap_write(in->proc, stage, l, e);
}

static int launch_staged(struct init *in, int sock, struct launched *out, struct err *e)
{
	const struct stage s = {
		.give_birth = give_birth,
		.live = live,
		.write_maps = write_maps,
		.context = in,
	};

	return stage_run(&s, sock, &out->pid, &out->pidfd, e);
}

static int launch_direct(struct init *in, int sock, struct launched *out, struct err *e)
{
	int all = in->ns.new_flags & (CLONED_FLAGS | CLONE_NEWUSER);
	uint64_t flags = (uint64_t)all;
	int r;

	/* A network namespace takes the kernel longer than all the rest: let init wait for it,
	 * while the runtime makes the cgroup. Those of a user namespace must be made with it. */
	if (!(all & CLONE_NEWUSER)) {
		flags &= CLONE_NEWPID;
		in->late_flags = all & ~CLONE_NEWPID;
	}

	out->pid = clone_process(flags, birthplace(in), &out->pidfd, e);
	if (out->pid < 0)
		return out->pid;
	if (out->pid == 0) {
		(void)fd_close(sock);
		init_main(in);
	}
	if (!(flags & CLONE_NEWUSER))
		return 0;
	in->sync = fd_close(in->sync); /* or a dead init would never be noticed */
	r = sync_expect(sock, SYNC_MAPS, e);
	if (r == 0)
		r = idmap_write(in->proc, out->pid, in->config->linux_, e);
	return r < 0 ? r : sync_send(sock, SYNC_GO, -1, e);
}

int launch(struct init *in, struct launched *out, struct err *e)
{
	autofd int sock = -1;
	int pair[2], status, r;

	*out = (struct launched){ .pidfd = -1, .sync = -1 };
	/* Whoever shares a namespace with the child must not look into it (CVE-2016-9962). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_set(e, errno, "become undumpable");
	r = sock_pair(pair, e);
	if (r < 0)
		return r;
	sock = pair[0];
	in->sync = pair[1];
	in->process.notify_sock = pair[1];
	in->privileged = geteuid() == 0;
	in->staged = needs_stage(&in->ns);
	cgroup_set_cloned(in->cgroup, birthplace(in) >= 0);
	r = in->staged ? launch_staged(in, sock, out, e) : launch_direct(in, sock, out, e);
	in->sync = fd_close(in->sync);
	/* From inside of a user namespace init could not: that file is the host's root's. */
	if (r == 0 && init_is_scored_outside(in))
		r = attrs_set_oom_score_adj(in->proc, out->pid, in->config->process, e);
	if (r < 0) {
		if (out->pidfd >= 0) {
			(void)pidfd_signal(out->pidfd, SIGKILL);
			(void)pidfd_wait(out->pidfd, -1, &status, NULL);
		}
		out->pidfd = fd_close(out->pidfd);
		return r;
	}
	out->sync = TAKE_FD(sock);
	return 0;
}
