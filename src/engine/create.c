/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/create.h"

#include "core/file.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"
#include "engine/creation.h"
#include "engine/handover.h"
#include "engine/hooks.h"
#include "engine/init/sync.h"
#include "engine/notify.h"
#include "engine/remove.h"
#include "engine/seccomp_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void creation_init(struct creation *c, const struct runtime *rt,
			  const struct create_options *o)
{
	*c = (struct creation){ .rt = rt, .o = o };
	c->launched.pidfd = c->launched.sync = -1;
	c->init.sync = c->init.console_sock = -1;
	c->init.gate = (struct gate)GATE_NONE;
	c->init.rootfs.root_fd = -1;
	c->netdevs.outside = c->netdevs.inside = -1;
	c->keeper = (struct netdev_keeper)NETDEV_KEEPER_NONE;
	c->resctrl = -1;
}

static void creation_done(struct creation *c)
{
	c->launched.pidfd = fd_close(c->launched.pidfd);
	c->launched.sync = fd_close(c->launched.sync);
	gate_close(&c->init.gate);
	if (c->init.console_sock != c->o->console_fd)
		c->init.console_sock = fd_close(c->init.console_sock);
	process_done(&c->init.process);
	rootfs_done(&c->init.rootfs);
	namespaces_close(&c->init.ns);
	netdevs_done(&c->netdevs);
	c->resctrl = fd_close(c->resctrl);
	rdt_free(c->rdt);
	cgroup_free(c->cgroup);
	container_free(c->container);
	oci_config_free(c->config);
	strv_free(c->listen_env);
	free(c->bundle);
	free(c->rootfs);
}

/* Everything that was made goes; what cannot is left to `delete --force`, which finds the journal.
 */
static void undo(struct creation *c)
{
	struct err e = { 0 };
	int status, r = 0;

	if (c->launched.pidfd >= 0) {
		(void)pidfd_signal(c->launched.pidfd, SIGKILL);
		/* Thaws, too: somebody may have frozen it meanwhile. */
		if (c->cgroup_made)
			(void)cgroup_signal(c->cgroup, SIGKILL, NULL);
		(void)pidfd_wait(c->launched.pidfd, -1, &status, NULL);
	}
	netdev_keeper_undo(&c->keeper);
	if (c->cgroup_made)
		r = cgroup_remove(c->cgroup, true, &e);
	if (r == 0 && c->rdt_made)
		r = rdt_remove(c->resctrl, c->rdt, c->o->id, &e);
	if (r == 0 && c->container)
		r = container_remove_state(c->container, &e);
	/* It had come to life, if not far (runtime.md#lifecycle). */
	if (r == 0 && c->container && c->container->has_state)
		run_poststop_hooks(c->container, c->config->hooks, c->bundle);
	if (r < 0)
		log_debug("undo create of %s: %s", c->o->id, e.text);
}

/* By hand, because gmtime reads the time zone's file. */
static void now_text(char *buf, size_t size)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	struct timespec ts;
	int64_t days, seconds;
	int year = 1970, month = 1, leap, of_year;

	clock_gettime(CLOCK_REALTIME, &ts);
	days = ts.tv_sec / 86400;
	seconds = ts.tv_sec % 86400;
	for (;; year++, days -= of_year) {
		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		of_year = 365 + leap;
		if (days < of_year)
			break;
	}
	while (days >= before[month] + (month >= 2 ? leap : 0))
		month++;
	days -= before[month - 1] + (month > 2 ? leap : 0);
	(void)snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", year, month,
		       (int)days + 1, (int)(seconds / 3600), (int)(seconds / 60 % 60),
		       (int)(seconds % 60), ts.tv_nsec);
}

static int write_journal(struct creation *c, struct err *e)
{
	struct store_journal j = {
		.id = (char *)c->o->id,
		.bundle = c->bundle,
		.rootfs = c->rootfs,
		.created = c->created,
		.owner = geteuid(),
		.cgroup_manager = cgroup_manager_of(c->cgroup),
		.cgroup_path = (char *)cgroup_path(c->cgroup),
		.cgroup_paths = *cgroup_paths(c->cgroup),
		.rdt = c->rdt,
		.config = c->config,
	};
	int r;

	now_text(c->created, sizeof(c->created));
	r = store_cgroup_write(c->container->dir, &j, e);
	return r < 0 ? r : store_journal_write(c->container->dir, &j, e);
}

static int connect_console(struct creation *c, struct err *e)
{
	if (!c->config->process->terminal)
		return 0;
	if (c->o->console_fd >= 0) {
		c->init.console_sock = c->o->console_fd;
		return 0;
	}
	c->init.console_sock = sock_connect(AT_FDCWD, c->o->console_socket, SOCK_STREAM, e);
	return c->init.console_sock < 0 ? err_wrap(e, "--console-socket: ") : 0;
}

static int make_cgroup(struct creation *c, struct err *e)
{
	const struct oci_linux *l = c->config->linux_;
	const struct oci_resources *limits = l ? l->resources : NULL;
	bool systemd = cgroup_manager_of(c->cgroup) == CGROUP_SYSTEMD;
	int r = 0;

	/* A scope may be there even when systemd says that it failed. */
	c->cgroup_made = systemd;
	if (systemd)
		r = cgroup_start_scope(c->cgroup, c->o->id, c->launched.pid, limits,
				       &c->config->annotations, e);
	if (r == 0)
		r = cgroup_make(c->cgroup, limits, e);
	if (r < 0)
		return r;
	c->cgroup_made = true;
	r = cgroup_give(c->cgroup, c->config, e);
	return r < 0 ? r : cgroup_open_entry(c->cgroup, true, e);
}

static int make_class(struct creation *c, struct err *e)
{
	int r;

	if (!c->rdt)
		return 0;
	r = rdt_make(c->resctrl, c->rdt, c->o->id, e);
	if (r < 0)
		return r;
	c->rdt_made = true;
	return rdt_limit(c->resctrl, c->rdt, c->config->linux_->intel_rdt, e);
}

static int send_cgroup(const struct creation *c, struct err *e)
{
	int fds[CGROUP_ENTRIES_MAX];
	size_t n = cgroup_entries(c->cgroup, fds);
	struct err late = { 0 };
	int r = sync_send_fds(c->launched.sync, SYNC_CGROUP, fds, n, &late);

	/* It may be dead already: what it said before that is read next. */
	if (r == 0 || r == -EPIPE || r == -ECONNRESET)
		return 0;
	*e = late;
	return r;
}

static int make(struct creation *c, struct err *e)
{
	int r = 0;

	if (!c->container)
		r = container_new(c->rt, c->o->id, &c->container, e);
	if (r == 0)
		r = cgroup_refuse_used(c->cgroup, e);
	if (r == 0)
		r = write_journal(c, e);
	if (r == 0)
		r = connect_console(c, e);
	if (r == 0 && !c->o->keep_starting)
		r = gate_make(c->container->dir, &c->init.gate, e);
	if (r == 0)
		r = make_class(c, e);
	if (r < 0)
		return r;
	/* Where a process can be born in its cgroup, that must be there; else it is made while init
	 * is busy with its namespaces. systemd makes none without a process to put in. */
	if (cgroup_layout() == CGROUP_V2 && cgroup_manager_of(c->cgroup) != CGROUP_SYSTEMD) {
		r = make_cgroup(c, e);
		if (r == 0)
			r = launch(&c->init, &c->launched, e);
	} else {
		r = launch(&c->init, &c->launched, e);
		if (r == 0)
			r = make_cgroup(c, e);
	}
	/* It has no children yet; they would have to be put in one by one. */
	if (r == 0 && c->rdt)
		r = rdt_add(c->resctrl, c->rdt, c->o->id, c->launched.pid, e);
	return r < 0 ? r : send_cgroup(c, e);
}

static int fill_state(struct creation *c, struct err *e)
{
	struct store_state *s = &c->container->state;
	const struct oci_hooks *h = c->config->hooks;
	int r;

	r = container_identify(c->rt, c->launched.pid, c->launched.pidfd, s, e);
	if (r < 0)
		return r;
	if (!*cgroup_path(c->cgroup))
		r = store_init_write(c->container->dir, s, e);
	if (r < 0)
		return r;
	s->oci_version = xstrdup(c->config->oci_version);
	s->id = xstrdup(c->o->id);
	s->bundle = xstrdup(c->bundle);
	s->rootfs = xstrdup(c->rootfs);
	s->created = xstrdup(c->created);
	s->owner = geteuid();
	s->cgroup_manager = cgroup_manager_of(c->cgroup);
	s->cgroup_path = xstrdup(cgroup_path(c->cgroup));
	s->cgroup_paths = strmap_copy(cgroup_paths(c->cgroup));
	s->rdt = c->rdt ? rdt_copy(c->rdt) : NULL;
	s->shared_pids = !namespaces_has_new(&c->init.ns, CLONE_NEWPID);
	s->poststop = h && h->n_poststop;
	/* Handed over: the journal is written, and init has its own copy. */
	s->annotations = c->config->annotations;
	c->config->annotations = (struct strmap){ 0 };
	c->container->has_state = true;
	return 0;
}

/* Init is gone without a word: say why, if the kernel knows. */
static int explain_death(struct creation *c, struct err *e)
{
	int status = 0;

	(void)pidfd_wait(c->launched.pidfd, -1, &status, NULL);
	c->launched.pidfd = fd_close(c->launched.pidfd);
	if (cgroup_oom_kills(c->cgroup) > 0)
		return err_msg(e, ENOMEM, "container init was OOM-killed (memory limit too low?)");
	if (WIFSIGNALED(status))
		return err_msg(e, ECHILD, "container init was killed by signal %d (%s)",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return err_msg(e, ECHILD, "container init ended early, exit status %d",
		       WEXITSTATUS(status));
}

static int run_host_hooks(struct creation *c, struct err *e)
{
	const struct oci_hooks *h = c->config->hooks;
	autofree char *state = NULL;
	int r;

	state = container_state_json(c->container, OCI_CREATING, c->launched.pid);
	log_debug("create: run the hooks of the host");
	r = hooks_run("prestart", h->prestart, h->n_prestart, state, c->bundle, e);
	if (r == 0)
		r = hooks_run("createRuntime", h->create_runtime, h->n_create_runtime, state,
			      c->bundle, e);
	return r < 0 ? r : sync_send(c->launched.sync, SYNC_GO, -1, e);
}

static int serve_agent(struct creation *c, int listener, int remote_fd, struct err *e)
{
	const struct notifying n = {
		.status = OCI_CREATING,
		.pid = c->launched.pid,
		.pidfd = c->launched.pidfd,
		.listener = listener,
		.remote_fd = remote_fd,
	};

	return seccomp_agent_serve(c->container, c->config->linux_->seccomp, &n, c->launched.sync,
				   e);
}

static int move_net_devices(struct creation *c, int inside, struct err *e)
{
	const struct netdev_move m = {
		.devices = &c->netdevs,
		.inside = inside,
		.pid = c->launched.pid,
		.pidfd = c->launched.pidfd,
		.lock = c->container->dir,
	};
	int r;

	if (inside < 0)
		return err_msg(e, EPROTO, "network devices: no socket came with the request");
	r = netdev_keeper_start(&m, &c->keeper, e);
	return r < 0 ? r : sync_send(c->launched.sync, SYNC_GO, -1, e);
}

/* Serves init until it is complete. */
static int serve_init(struct creation *c, struct err *e)
{
	for (;;) {
		autofd int fd = -1;
		struct sync_msg msg;
		int r;

		r = sync_recv(c->launched.sync, &msg, &fd, e);
		if (r == 0)
			return explain_death(c, e);
		if (r < 0)
			return r;
		switch (msg.type) {
		case SYNC_READY:
			return 0;
		case SYNC_HOOKS:
			r = run_host_hooks(c, e);
			break;
		case SYNC_NETDEVS:
			r = move_net_devices(c, fd, e);
			break;
		case SYNC_NOTIFY:
			r = serve_agent(c, fd, msg.remote_fd, e);
			break;
		case SYNC_ERROR:
			*e = msg.err;
			return -e->num;
		default:
			return err_msg(e, EPROTO, "unexpected message %d", msg.type);
		}
		if (r < 0)
			return r;
	}
}

/*
 * With nothing left to do for it between its being ready and its start, `run` says so in advance,
 * and init need not wait for us to be woken. Not when init asks for something on the way: it would
 * take the word for the answer.
 */
static int start_early(struct creation *c, struct err *e)
{
	const struct oci_hooks *h = c->config->hooks;
	const struct oci_linux *l = c->config->linux_;
	bool asks = (h && (h->n_prestart || h->n_create_runtime)) || (l && l->n_net_devices) ||
		    c->init.process.seccomp.notify || creation_notifies(c->o);
	int r;

	if (!c->o->keep_starting || c->o->pidfd_socket || c->o->pid_file || asks)
		return 0;
	r = sync_send(c->launched.sync, SYNC_START, -1, e);
	c->started = r == 0;
	/* It may be dead already: what it said before that is read next. */
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

/* From here on the container exists, whatever becomes of us. */
static int commit(struct creation *c, struct err *e)
{
	int r;

	r = pidfd_send(c->o->pidfd_socket, c->launched.pidfd, e);
	if (r == 0 && !c->o->keep_starting) {
		r = sync_send(c->launched.sync, SYNC_COMMIT, -1, e);
		if (r == 0)
			r = sync_expect(c->launched.sync, SYNC_GO, e);
	}
	/* Unless the program may run: then a signal is its. */
	if (r == 0 && !c->started)
		r = sync_interrupted(e);
	/* Last: a failure must not leave one. */
	return r < 0 ? r : pid_file_write(c->o->pid_file, c->launched.pid, e);
}

/* What is mounted from there must be there when the mounts are prepared. */
static int make_notify_dir(struct creation *c, struct err *e)
{
	int r = container_new(c->rt, c->o->id, &c->container, e);

	return r < 0 ? r : notify_make_dir(c->container->dir, e);
}

static int run_creation(struct creation *c, struct err *e)
{
	int r = 0;

	if (creation_notifies(c->o))
		r = make_notify_dir(c, e);
	if (r == 0)
		r = creation_prepare(c, e);
	if (r == 0)
		r = make(c, e);
	if (r == 0)
		log_debug("create: init is process %d, in cgroup %s", (int)c->launched.pid,
			  cgroup_path(c->cgroup));
	/* While init is at work. Hooks find the container on record; should we die, init does too.
	 */
	if (r == 0)
		r = fill_state(c, e);
	if (r == 0)
		r = store_state_write(c->container->dir, &c->container->state, e);
	if (r == 0)
		r = start_early(c, e);
	if (r == 0) {
		r = serve_init(c, e);
		if (r < 0)
			err_wrap(e, "unable to start container process: ");
	}
	if (r == 0) {
		log_debug("create: init is complete");
		r = commit(c, e);
	}
	if (r == 0)
		netdev_keeper_dismiss(&c->keeper);
	else
		undo(c);
	return r;
}

/* What a later step would read again from the journal. */
static void hand_over_journal(struct creation *c)
{
	c->container->journal = (struct store_journal){
		.id = xstrdup(c->o->id),
		.bundle = TAKE(c->bundle),
		.rootfs = TAKE(c->rootfs),
		.created = xstrdup(c->created),
		.owner = geteuid(),
		.cgroup_manager = cgroup_manager_of(c->cgroup),
		.cgroup_path = xstrdup(cgroup_path(c->cgroup)),
		.config = TAKE(c->config),
	};
}

int container_create(const struct runtime *rt, const struct create_options *o, struct created *out,
		     struct err *e)
{
	struct creation c;
	int r;

	creation_init(&c, rt, o);
	r = sync_interruptible(e);
	if (r == 0)
		r = run_creation(&c, e);
	/* `run -d` stays interruptible until it has started it; in the foreground the program gets
	 * the signals. */
	if (r < 0 || !o->keep_starting || !o->detached)
		sync_uninterruptible(r == 0 && !o->keep_starting);
	if (r == 0) {
		out->terminal = c.config->process->terminal;
		hand_over_journal(&c);
		c.container->status = OCI_CREATED;
		c.container->pidfd = fcntl(c.launched.pidfd, F_DUPFD_CLOEXEC, 3);
		out->container = TAKE(c.container);
		out->pidfd = TAKE_FD(c.launched.pidfd);
		out->sync = o->keep_starting ? TAKE_FD(c.launched.sync) : -1;
		out->started = c.started;
	}
	creation_done(&c);
	return r;
}

void created_done(struct created *c)
{
	container_free(c->container);
	c->container = NULL;
	c->pidfd = fd_close(c->pidfd);
	c->sync = fd_close(c->sync);
}
