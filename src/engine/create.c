/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/create.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"
#include "engine/creation.h"
#include "engine/handover.h"
#include "engine/hooks.h"
#include "engine/init/sync.h"
#include "engine/notify.h"
#include "engine/seccomp_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

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
		r = creation_write_journal(c, e);
	if (r == 0)
		r = connect_console(c, e);
	if (r == 0 && !c->o->keep_starting)
		r = gate_make(c->container->dir, &c->init.gate, e);
	if (r == 0)
		r = creation_make_class(c, e);
	if (r < 0)
		return r;
	/* Where a process can be born in its cgroup, that must be there; else it is made while init
	 * is busy with its namespaces. systemd makes none without a process to put in. */
	if (cgroup_layout() == CGROUP_V2 && cgroup_manager_of(c->cgroup) != CGROUP_SYSTEMD) {
		r = creation_make_cgroup(c, e);
		if (r == 0)
			r = launch(&c->init, &c->launched, e);
	} else {
		r = launch(&c->init, &c->launched, e);
		if (r == 0)
			r = creation_make_cgroup(c, e);
	}
	/* It has no children yet; they would have to be put in one by one. */
	if (r == 0 && c->rdt)
		r = rdt_add(c->resctrl, c->rdt, c->o->id, c->launched.pid, e);
	return r < 0 ? r : send_cgroup(c, e);
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
		r = creation_fill_state(c, e);
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
		creation_undo(c);
	return r;
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
		creation_hand_over_journal(&c);
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
