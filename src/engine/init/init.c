/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/init.h"

#include "core/log.h"
#include "core/num.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/rtnetlink.h"
#include "core/sock.h"
#include "engine/console.h"
#include "engine/hooks.h"
#include "engine/init/env.h"
#include "engine/init/idmap.h"
#include "engine/init/sync.h"
#include "engine/loopback.h"
#include "engine/security/attrs.h"
#include "engine/security/creds.h"
#include "libocispec/state.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Until the runtime has put us on record nobody could find us again: die with it. */
static int die_with_parent(struct init *in _unused_, struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_set(e, errno, "set the parent-death signal");
	return 0;
}

static const struct init *interrupted;

/* Who starts us meanwhile takes the end of the stream without a word for execve. */
static void end_at_once(int sig)
{
	struct err e = { 0 };

	(void)err_msg(&e, ECHILD, "container init was ended by a signal: %s", strsignal(sig));
	sync_send_error(interrupted->sync, &e);
	_exit(128 + sig);
}

/*
 * Pid 1 of a namespace ignores a signal whose action is the default one. A container that was only
 * created must die of these all the same; execve puts the default back.
 */
static int catch_signals(struct init *in, struct err *e _unused_)
{
	static const int fatal[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

	interrupted = in;
	signals_default(in->proc);
	signals_unblock();
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		(void)signal(fatal[i], end_at_once); /* cannot fail for these */
	return 0;
}

int init_open_own(const struct init *in, bool open, struct err *e)
{
	if (in->privileged || namespaces_join_fd(&in->ns, CLONE_NEWUSER) >= 0)
		return 0;
	if (prctl(PR_SET_DUMPABLE, open, 0, 0, 0) < 0)
		return err_set(e, errno, "become %s", open ? "dumpable" : "undumpable");
	return 0;
}

bool init_is_scored_outside(const struct init *in)
{
	return in->privileged && namespaces_has(&in->ns, CLONE_NEWUSER);
}

int init_ask_maps(const struct init *in, int sock, struct err *e)
{
	int r = init_open_own(in, true, e);

	if (r == 0)
		r = idmap_ask(sock, e);
	return r < 0 ? r : init_open_own(in, false, e);
}

int init_become_root(struct init *in, struct err *e)
{
	int r = idmap_denies_setgroups(in->proc, 0, e);

	if (r < 0)
		return r;
	in->process.keep_groups = r;
	return creds_set(0, 0, NULL, in->process.keep_groups, e);
}

static int enter_user_namespace(struct init *in, struct err *e)
{
	int r;

	if (in->staged || !namespaces_has_new(&in->ns, CLONE_NEWUSER))
		return 0;
	r = init_ask_maps(in, in->sync, e);
	return r < 0 ? r : init_become_root(in, e);
}

static int enter_cgroup(struct init *in, struct err *e)
{
	int fds[CGROUP_ENTRIES_MAX], r;
	size_t n = ARRAY_SIZE(fds);

	r = sync_expect_fds(in->sync, SYNC_CGROUP, fds, &n, e);
	if (r == 0)
		r = cgroup_enter_by(fds, n, e);

	/* Only now: the namespace's root is where its maker is. */
	if (r == 0 && namespaces_has_new(&in->ns, CLONE_NEWCGROUP) && unshare(CLONE_NEWCGROUP) < 0)
		r = err_set(e, errno, "unshare the cgroup namespace");
	return r;
}

static int enter_namespaces(struct init *in, struct err *e)
{
	if (in->late_flags && unshare(in->late_flags) < 0)
		return err_set(e, errno, "unshare namespaces");
	/* User, pid and time were the stage's to join. */
	return namespaces_join(&in->ns, ~(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWTIME), e);
}

static int new_session(struct init *in _unused_, struct err *e)
{
	if (setsid() < 0 && errno != EPERM) /* EPERM: leader already */
		return err_set(e, errno, "setsid");
	return 0;
}

static int bring_up_loopback(struct init *in, struct err *e)
{
	return namespaces_has_new(&in->ns, CLONE_NEWNET) ? loopback_up(e) : 0;
}

static int set_names(struct init *in, struct err *e)
{
	const struct oci_config *c = in->config;

	if (c->hostname && *c->hostname && sethostname(c->hostname, strlen(c->hostname)) < 0)
		return err_set(e, errno, "hostname: sethostname \"%s\"", c->hostname);
	if (c->domainname && *c->domainname &&
	    setdomainname(c->domainname, strlen(c->domainname)) < 0)
		return err_set(e, errno, "domainname: setdomainname \"%s\"", c->domainname);
	return 0;
}

static int build_rootfs(struct init *in, struct err *e)
{
	return rootfs_build(&in->rootfs, e);
}

/* The runtime moves them: only it has rights on the host. The socket lets it act in our namespace.
 */
static int take_net_devices(struct init *in, struct err *e)
{
	const struct oci_linux *l = in->config->linux_;
	autofd int sock = -1;
	int r;

	if (!l || l->n_net_devices == 0)
		return 0;
	sock = rtnl_open(e);
	if (sock < 0)
		return sock;
	r = sync_send(in->sync, SYNC_NETDEVS, sock, e);
	return r < 0 ? r : sync_expect(in->sync, SYNC_GO, e);
}

static int wait_for_hooks(struct init *in, struct err *e)
{
	const struct oci_hooks *h = in->config->hooks;
	int r;

	if (!h || (!h->n_prestart && !h->n_create_runtime))
		return 0;
	r = sync_send(in->sync, SYNC_HOOKS, -1, e);
	return r < 0 ? r : sync_expect(in->sync, SYNC_GO, e);
}

static int set_up_console(struct init *in, struct err *e)
{
	autofd int master = -1, slave = -1;
	int r;

	if (in->console_sock < 0)
		return 0;
	r = console_open(in->rootfs.root_fd, &master, &slave, e);
	if (r == 0)
		r = rootfs_console(&in->rootfs, slave, e);
	if (r == 0)
		r = console_send(in->console_sock, master, e);
	if (r == 0)
		r = console_attach(slave, in->config->process, e);
	return r;
}

/* Our pid as the host sees it, which the state document for hooks needs and only the host's /proc
 * knows. */
static int find_host_pid(struct init *in, struct err *e)
{
	const struct oci_hooks *h = in->config->hooks;
	autostr stat = { 0 };
	int r;

	if (!h || (!h->n_create_container && !h->n_start_container))
		return 0;
	r = procfs_read(in->proc, "self/stat", 4096, &stat, e);
	if (r < 0)
		return r;
	stat.p[strcspn(stat.p, " ")] = '\0';
	return num_parse_i64(stat.p, 1, INT32_MAX, "pid", &in->host_pid, e);
}

static int run_hooks(struct init *in, const char *kind, int status, const struct oci_hook *hooks,
		     size_t n, const char *cwd, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const struct oci_state state = {
		.oci_version = (char *)OCI_VERSION,
		.id = (char *)in->id,
		.status = status,
		.pid = in->host_pid,
		.bundle = (char *)in->rootfs.bundle,
		.annotations = in->config->annotations,
	};
	size_t len;

	record_encode(&oci_state_record, &state, o);
	return hooks_run(kind, hooks, n, json_out_text(o, &len), cwd, e);
}

static int run_create_container_hooks(struct init *in, struct err *e)
{
	const struct oci_hooks *h = in->config->hooks;

	if (!h || !h->n_create_container)
		return 0;
	return run_hooks(in, "createContainer", OCI_CREATING, h->create_container,
			 h->n_create_container, in->rootfs.bundle, e);
}

static int enter_rootfs(struct init *in, struct err *e)
{
	return rootfs_enter(&in->rootfs, e);
}

static int write_sysctls(struct init *in, struct err *e)
{
	const struct oci_linux *l = in->config->linux_;

	return l && l->sysctl.n ? sysctl_write(in->proc, &l->sysctl, e) : 0;
}

static int seal_rootfs(struct init *in, struct err *e)
{
	return rootfs_seal(&in->rootfs, e);
}

static int join_keyring(struct init *in, struct err *e)
{
	return in->new_keyring ? attrs_join_keyring(in->proc, in->id,
						    in->config->process->selinux_label, false, e) :
				 0;
}

static int set_oom_score(struct init *in, struct err *e)
{
	int r;

	if (!in->config->process->oom_score_adj.is_set || init_is_scored_outside(in))
		return 0;
	r = init_open_own(in, true, e);
	if (r == 0)
		r = attrs_set_oom_score_adj(in->proc, 0, in->config->process, e);
	return r < 0 ? r : init_open_own(in, false, e);
}

static int become_process(struct init *in, struct err *e)
{
	return process_become(&in->process, e);
}

/* A created container may wait for long, and others may look into its init meanwhile: it holds
 * nothing of the host open, nor the lock that goes with the state directory. */
static int close_fds(struct init *in, struct err *e)
{
	const int keep[] = { in->sync, in->gate.start, in->gate.outcome };
	int r;

	log_stop();
	r = process_close_fds(in->process.preserve_fds, keep, ARRAY_SIZE(keep), e);

	/* Who has no privilege over the host's memory can join the namespaces of a process only if
	 * that can be dumped. In new ones there is nobody yet that it must be kept from. */
	if (r == 0 && !in->privileged && in->ns.n_join == 0 &&
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		r = err_set(e, errno, "become dumpable");
	return r;
}

struct step {
	const char *name;
	int (*run)(struct init *in, struct err *e);
	bool bare; /* its errors are complete: no "error during container init" in front */
};

static const struct step init_steps[] = {
	{ "parent-death signal", die_with_parent, false },
	{ "signals", catch_signals, false },
	{ "user namespace", enter_user_namespace, false },
	{ "namespaces", enter_namespaces, false },
	{ "session", new_session, false },
	{ "loopback", bring_up_loopback, false },
	{ "hostname", set_names, false },
	/* Not sooner: the runtime makes it while we are at the above. */
	{ "cgroup", enter_cgroup, false },
	{ "mounts", build_rootfs, false },
	/* As late as can be, but for hooks and sysctls that need them. */
	{ "network devices", take_net_devices, false },
	{ "host's hooks", wait_for_hooks, false },
	{ "console", set_up_console, false },
	{ "own pid", find_host_pid, false },
	{ "createContainer hooks", run_create_container_hooks, false },
	{ "root", enter_rootfs, false },
	{ "sysctl", write_sysctls, false },
	{ "seal", seal_rootfs, false },
	{ "keyring", join_keyring, false },
	{ "oom score", set_oom_score, false },
	{ "process", become_process, true },
	/* A change of ids cleared it. If the runtime died meanwhile, its socket says so. */
	{ "parent-death signal, again", die_with_parent, false },
	{ "descriptors", close_fds, false },
};

const char *const *init_step_names(void)
{
	static const char *names[ARRAY_SIZE(init_steps) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(init_steps); i++)
		names[i] = init_steps[i].name;
	return names;
}

static int run_steps(struct init *in, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(init_steps); i++) {
		const struct step *s = &init_steps[i];
		int r = s->run(in, e);

		if (r < 0)
			return s->bare ? r : err_wrap(e, "error during container init: ");
		log_debug("init: %s", s->name);
	}
	return 0;
}

/* From here on the outcome goes to `start`. */
static int wait_for_start(struct init *in, struct err *e)
{
	int r = gate_wait(&in->gate, e);

	(void)fd_close(in->sync);
	in->sync = in->gate.outcome;
	return r;
}

static int commit(struct init *in, struct err *e)
{
	int r = sync_send(in->sync, SYNC_READY, -1, e);

	/* A runtime that starts us itself saves the message. */
	if (r == 0)
		r = sync_expect(in->sync, in->gate.start >= 0 ? SYNC_COMMIT : SYNC_START, e);
	if (r == 0 && prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		r = err_set(e, errno, "clear the parent-death signal");
	/* `create` ends next, and must not take us with it. */
	if (r == 0 && in->gate.start >= 0)
		r = sync_send(in->sync, SYNC_GO, -1, e);
	return r;
}

static int start(struct init *in, struct err *e)
{
	const struct oci_hooks *h = in->config->hooks;
	int r;

	r = in->gate.start >= 0 ? wait_for_start(in, e) : 0;
	if (r == 0 && h && h->n_start_container)
		r = run_hooks(in, "startContainer", OCI_CREATED, h->start_container,
			      h->n_start_container, NULL, e);
	return r < 0 ? r : process_exec(&in->process, e);
}

_noreturn_ void init_main(struct init *in)
{
	struct err e = { 0 };
	int r;

	sync_forget_interrupts();
	env_wipe();
	r = run_steps(in, &e);
	if (r == 0)
		r = commit(in, &e);
	if (r == 0)
		(void)start(in, &e); /* comes back only with an error */
	sync_send_error(in->sync, &e);
	_exit(1);
}
