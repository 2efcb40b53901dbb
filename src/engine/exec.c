/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exec.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"
#include "engine/console.h"
#include "engine/handover.h"
#include "engine/init/clone.h"
#include "engine/init/idmap.h"
#include "engine/init/process.h"
#include "engine/init/stage.h"
#include "engine/init/sync.h"
#include "engine/rdt_container.h"
#include "engine/seccomp_agent.h"
#include "engine/security/attrs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* What the child is born in. Joining a pid namespace takes privilege in the user namespace that
 * owns it, which an unprivileged caller has only once that is joined. */
#define BORN_IN (CLONE_NEWUSER | CLONE_NEWPID)

struct execution {
	struct container *c;
	const struct oci_process *spec;
	const struct exec_options *o;
	struct process_plan process;
	struct cgroup *cgroup;
	int namespaces; /* CLONE_NEW* that the container has of its own */
	bool rootless;	/* missing permission for cgroups is forgiven */
	int joined;	/* those that the stage is in already */
	int proc;	/* the host's /proc; the stage's, not the child's */
	int console_sock;
	int sync; /* the child's end */
};

static int check_status(const struct container *c, const struct exec_options *o, struct err *e)
{
	if (c->status == OCI_PAUSED && !o->ignore_paused)
		return err_msg(e, EBUSY,
			       "cannot exec in a paused container (use --ignore-paused to "
			       "override)");
	if (c->pidfd < 0)
		return err_msg(e, ESRCH, "cannot exec in a stopped container");
	return 0;
}

static bool wants_label(const struct oci_process *p)
{
	return (p->apparmor_profile && *p->apparmor_profile) ||
	       (p->selinux_label && *p->selinux_label);
}

static int join(struct execution *x, int types, struct err *e)
{
	if (types && setns(x->c->pidfd, types) < 0)
		return err_set(e, errno, "join the container's namespaces");
	x->joined |= types;
	return 0;
}

static int enter_container(struct execution *x, struct err *e)
{
	const struct oci_cpu_affinity *a = x->spec->exec_cpu_affinity;
	int r = 0;

	if (a && a->initial)
		r = attrs_set_affinity(a->initial, e);
	/* It comes when the runtime knows us: nobody could end whom it does not know, for a change
	 * of credentials clears the parent-death signal. */
	if (r == 0)
		r = sync_expect(x->sync, SYNC_GO, e);
	if (r < 0)
		return r;
	r = join(x, x->namespaces & ~x->joined, e);
	if (r < 0)
		return r;
	if (setsid() < 0 && errno != EPERM)
		return err_set(e, errno, "setsid");
	return 0;
}

static int set_up_console(struct execution *x, struct err *e)
{
	autofd int root = -1, master = -1, slave = -1;
	int r;

	if (x->console_sock < 0)
		return 0;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_set(e, errno, "open /");
	r = console_open(root, &master, &slave, e);
	if (r == 0)
		r = console_send(x->console_sock, master, e);
	return r < 0 ? r : console_attach(slave, x->spec, e);
}

/* In a user namespace our ids may not be mapped until we take ones of its own. */
static int become_root(const struct execution *x, struct err *e)
{
	if (!(x->namespaces & CLONE_NEWUSER))
		return 0;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_set(e, errno, "become root of the user namespace");
	return 0;
}

/* Its container's, or the caller's would be at hand inside with the keys in it. Keyrings are found
 * by name among those of the same user, who in a user namespace is its root. */
static int join_keyring(const struct execution *x, int proc, struct err *e)
{
	return x->c->state.no_new_keyring ?
		       0 :
		       attrs_join_keyring(proc, x->c->state.id,
					  proc >= 0 ? x->spec->selinux_label : NULL, true, e);
}

static void live(void *context)
{
	struct execution *x = context;
	struct err e = { 0 };
	int r;

	/* Until execve: a half-made process must not outlive the runtime. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		r = err_set(&e, errno, "set the parent-death signal");
	else
		r = enter_container(x, &e);
	signals_unblock();
	if (r == 0)
		r = become_root(x, &e);
	if (r == 0 && (x->namespaces & CLONE_NEWUSER))
		r = join_keyring(x, -1, &e);
	if (r == 0)
		r = set_up_console(x, &e);
	if (r == 0)
		r = process_become(&x->process, &e);
	if (r == 0) {
		const int keep[] = { x->sync };

		r = process_close_fds(x->process.preserve_fds, keep, ARRAY_SIZE(keep), &e);
	}
	if (r == 0 && prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		r = err_set(&e, errno, "clear the parent-death signal");
	if (r == 0)
		(void)process_exec(&x->process, &e); /* comes back only with an error */
	sync_send_error(x->sync, &e);
	_exit(1);
}

/*
 * What the child inherits of its stage: its oom score, and what its execve is to change to. While
 * nobody inside can see it; a user's own files in /proc are his only if he can be dumped.
 */
static int set_own(const struct execution *x, struct err *e)
{
	int r;

	if (geteuid() != 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "become dumpable");
	r = attrs_set_oom_score_adj(x->proc, 0, x->spec, e);
	if (r == 0)
		r = process_set_labels(&x->process, e);
	if (geteuid() != 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 && r == 0)
		r = err_set(e, errno, "become undumpable");
	return r;
}

/* Those that do not belong to the container's user namespace can be joined only from outside. */
static int join_early(struct execution *x, struct err *e)
{
	static const int types[] = { CLONE_NEWNET,    CLONE_NEWIPC,  CLONE_NEWUTS,
				     CLONE_NEWCGROUP, CLONE_NEWTIME, CLONE_NEWPID };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!(x->namespaces & types[i]))
			continue;
		if (setns(x->c->pidfd, types[i]) == 0)
			x->joined |= types[i];
		else if (errno != EPERM)
			return err_set(e, errno, "join the container's namespaces");
	}
	return 0;
}

/* On v2 a user may move a process only between cgroups below one that is his: from another login he
 * may not. As with runc the process runs all the same, but not in silence. */
static int enter_cgroup(const struct execution *x, struct err *e)
{
	int r = cgroup_enter(x->cgroup, e);

	if (r != -EACCES || !x->rootless)
		return r;
	log_warning("%s: the process stays in the caller's cgroup", e->text);
	return 0;
}

/* Every capability takes the kernel a copy of the credentials, which it frees some time later:
 * better outside of the container's memory. Who joins a user namespace gets a full set again. */
static int drop_bounding(struct execution *x, struct err *e)
{
	int r;

	if (x->namespaces & CLONE_NEWUSER)
		return 0;
	r = caps_drop_bounding(&x->process.caps, e);
	if (r == 0)
		r = caps_verify_bounding(&x->process.caps, x->proc, e);
	x->process.is_bounded = r == 0;
	return r;
}

/*
 * The child is visible inside from its first moment, and a container's root with CAP_SYS_PTRACE can
 * take what it has open (CVE-2016-9962). So a stage process, still outside, enters the cgroup for
 * it and sets its labels, which takes descriptors of the host, closes them and the log, and only
 * then gives birth to it inside.
 */
static pid_t give_birth(void *context, int sock, struct err *e)
{
	struct execution *x = context;
	const int keep[] = { x->sync, sock, x->c->pidfd, x->console_sock };
	int r = set_own(x, e);

	signals_default(x->proc); /* the child inherits them, and has no /proc to ask */
	if (r == 0)
		r = drop_bounding(x, e);
	if (r == 0 && !(x->namespaces & CLONE_NEWUSER))
		r = join_keyring(x, x->proc, e);
	if (r == 0 && !x->o->cgroup)
		r = enter_cgroup(x, e);
	if (r == 0)
		r = container_rdt_add(x->c, 0, e);
	x->process.proc = -1;
	log_stop();
	if (r == 0)
		r = process_close_fds(x->process.preserve_fds, keep, ARRAY_SIZE(keep), e);
	if (r < 0)
		return r;
	if (x->namespaces & CLONE_NEWUSER)
		r = join_early(x, e);
	if (r == 0)
		r = join(x, x->namespaces & BORN_IN & ~x->joined, e);
	if (r < 0)
		return r;
	return clone_process(CLONE_PARENT, -1, NULL, e);
}

static int prepare(struct execution *x, const struct runtime *rt, struct err *e)
{
	const struct oci_linux *l = x->c->journal.config->linux_;
	autostrv char **listen_env = NULL;
	autofd int cache = -1;
	int r;

	if (l && l->seccomp)
		cache = runtime_open_cache(rt);
	for (size_t i = 0; l && i < l->n_namespaces; i++)
		x->namespaces |= l->namespaces[i].type;
	if ((x->namespaces & CLONE_NEWUSER) || rt->in_userns) {
		r = idmap_denies_setgroups(rt->proc, (pid_t)x->c->state.pid, e);
		if (r < 0)
			return r;
		x->process.keep_groups = r;
		r = idmap_check_user(l, x->spec->user, e);
		if (r < 0)
			return r;
	}
	x->process.spec = x->spec;
	x->process.linux_ = l;
	x->process.cpus = x->spec->exec_cpu_affinity ? x->spec->exec_cpu_affinity->final : NULL;
	x->process.proc = wants_label(x->spec) ? rt->proc : -1;
	x->proc = rt->proc;
	x->rootless = rt->rootless;
	r = preserved_fds(x->o->preserve_fds, x->o->listen_fds, &x->process.preserve_fds,
			  &listen_env, e);
	if (r == 0)
		r = process_prepare(&x->process, l ? l->seccomp : NULL, cache, listen_env, e);
	if (r == 0)
		r = container_cgroup(x->c, &x->cgroup, e);
	if (r == 0 && !x->o->cgroup)
		r = cgroup_open_entry(x->cgroup, false, e);
	if (r == 0 && x->o->console_fd >= 0)
		x->console_sock = x->o->console_fd;
	else if (r == 0 && x->o->console_socket) {
		x->console_sock = sock_connect(AT_FDCWD, x->o->console_socket, SOCK_STREAM, e);
		if (x->console_sock < 0)
			r = err_wrap(e, "--console-socket: ");
	}
	return r;
}

/* What the child cannot do for itself inside; it waits for this. */
static int set_up_from_outside(struct execution *x, pid_t pid, int sync, struct err *e)
{
	int r = x->o->cgroup ? cgroup_add(x->cgroup, pid, x->o->cgroup, e) : 0;

	return r < 0 ? r : sync_send(sync, SYNC_GO, -1, e);
}

static int serve_agent(const struct execution *x, int sync, const struct executed *out,
		       int listener, int remote_fd, struct err *e)
{
	const struct notifying n = {
		.status = x->c->status,
		.pid = out->pid,
		.pidfd = out->pidfd,
		.listener = listener,
		.remote_fd = remote_fd,
	};

	return seccomp_agent_serve(x->c, x->c->journal.config->linux_->seccomp, &n, sync, e);
}

static int serve_child(struct execution *x, int sync, struct executed *out, struct err *e)
{
	for (;;) {
		autofd int fd = -1;
		struct sync_msg msg;
		int r;

		r = sync_recv(sync, &msg, &fd, e);
		if (r <= 0)
			return r < 0 ? r :
				       process_check_ran(x->c->rt->proc, out->pid, out->pidfd, e);
		if (msg.type == SYNC_ERROR) {
			*e = msg.err;
			return -e->num;
		}
		if (msg.type != SYNC_NOTIFY)
			return err_msg(e, EPROTO, "unexpected message %d", msg.type);
		r = serve_agent(x, sync, out, fd, msg.remote_fd, e);
		if (r < 0)
			return r;
	}
}

static int launch(struct execution *x, struct executed *out, struct err *e)
{
	const struct stage s = { .give_birth = give_birth, .live = live, .context = x };
	autofd int sync = -1;
	int pair[2], r, status;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_set(e, errno, "become undumpable");
	r = sock_pair(pair, e);
	if (r < 0)
		return r;
	sync = pair[0];
	x->sync = x->process.notify_sock = pair[1];
	r = stage_run(&s, sync, &out->pid, &out->pidfd, e);
	x->sync = fd_close(x->sync);
	if (r < 0)
		return r;
	r = set_up_from_outside(x, out->pid, sync, e);
	if (r == 0)
		r = serve_child(x, sync, out, e);
	if (r == 0)
		r = pidfd_send(x->o->pidfd_socket, out->pidfd, e);
	if (r == 0)
		r = pid_file_write(x->o->pid_file, out->pid, e);
	if (r < 0) {
		(void)pidfd_signal(out->pidfd, SIGKILL);
		(void)pidfd_wait(out->pidfd, -1, &status, NULL);
		out->pidfd = fd_close(out->pidfd);
	}
	return r;
}

int container_exec(const struct runtime *rt, struct container *c, const struct oci_process *p,
		   const struct exec_options *o, struct executed *out, struct err *e)
{
	struct execution x = { .c = c, .spec = p, .o = o, .console_sock = -1, .sync = -1 };
	int r;

	*out = (struct executed){ .pidfd = -1 };
	r = check_status(c, o, e);
	if (r == 0)
		r = console_check(p, o->detached, o->console_socket, e);
	if (r == 0)
		r = prepare(&x, rt, e);
	/* A child in a paused container answers only after `resume`, which wants the lock. */
	container_unlock(c);
	if (r == 0)
		r = sync_interruptible(e);
	if (r == 0) {
		r = launch(&x, out, e);
		if (r < 0)
			err_wrap(e, "unable to start container process: ");
	}
	sync_uninterruptible(r == 0 && o->detached);
	(void)fd_close(x.sync);
	process_done(&x.process);
	cgroup_free(x.cgroup);
	if (x.console_sock != o->console_fd)
		(void)fd_close(x.console_sock);
	return r;
}
