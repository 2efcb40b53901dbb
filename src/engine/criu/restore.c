/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/console.h"
#include "engine/creation.h"
#include "engine/criu/attributes.h"
#include "engine/criu/checkpoint.h"
#include "engine/criu/criu.h"
#include "engine/criu/images.h"
#include "engine/criu/labels.h"
#include "engine/criu/private_mounts.h"
#include "engine/criu/stdio.h"
#include "engine/handover.h"
#include "engine/hooks.h"
#include "engine/init/clone.h"
#include "engine/init/sync.h"
#include "engine/security/attrs.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A restore in progress. */
struct restore {
	struct creation c;
	const struct restore_options *o;
	struct criu_request request;
	struct images images;
	struct stdio stdio;
	struct external external;
	struct criu_cgroup_root *cgroup_roots;
	size_t n_cgroup_roots;
	int console_sock; /* -1: none */
	int holder;	  /* pidfd; -1: none */
	struct private_mounts mounts;
	bool restored; /* the state is written */
};

static void restore_done(struct restore *s)
{
	for (size_t i = 0; i < s->n_cgroup_roots; i++) {
		free(s->cgroup_roots[i].controller);
		free(s->cgroup_roots[i].path);
	}
	free(s->cgroup_roots);
	images_close(&s->images);
	stdio_done(&s->stdio);
	external_done(&s->external);
	if (s->console_sock != s->o->create.console_fd)
		(void)fd_close(s->console_sock);
	creation_done(&s->c);
}

/* As CRIU calls a hierarchy; heap. */
static char *controller_of(const struct cgroup_hierarchy *h)
{
	if (h->v2)
		return NULL;
	return xstrdup(str_eq(h->name, "systemd") ? "name=systemd" : h->name);
}

/* The images say where its cgroups were; here is where they are now. */
static void find_cgroup_roots(struct restore *s)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();
	const char *path = cgroup_path(s->c.cgroup);

	for (; *path && h->name; h++) {
		s->cgroup_roots =
			xrealloc(s->cgroup_roots, s->n_cgroup_roots + 1, sizeof(*s->cgroup_roots));
		s->cgroup_roots[s->n_cgroup_roots++] = (struct criu_cgroup_root){
			.controller = controller_of(h),
			.path = xstrdup(path),
		};
	}
}

static int connect_console(struct restore *s, struct err *e)
{
	const struct create_options *o = &s->o->create;

	if (!s->c.config->process->terminal)
		return 0;
	s->console_sock = o->console_fd >= 0 ?
				  o->console_fd :
				  sock_connect(AT_FDCWD, o->console_socket, SOCK_STREAM, e);
	return s->console_sock < 0 ? err_wrap(e, "--console-socket: ") : 0;
}

static int open_images(struct restore *s, struct err *e)
{
	images_close(&s->images);
	return images_open(s->o->criu.image_path, s->o->criu.work_path, "restore.log", false,
			   &s->images, e);
}

static int prepare(struct restore *s, struct err *e)
{
	const struct criu_options *o = &s->o->criu;
	struct criu_request *q = &s->request;
	int r;

	r = open_images(s, e);
	if (r == 0)
		r = stdio_read(s->images.dir, &s->stdio, e);
	if (r == 0)
		r = criu_options_apply(o, q, e);
	if (r == 0)
		r = creation_prepare(&s->c, e);
	if (r == 0)
		r = labels_check(s->c.rt->proc, s->c.config->process, s->o->lsm_profile, e);
	if (r < 0)
		return r;
	stdio_to_restore(&s->stdio, &s->external);
	find_cgroup_roots(s);
	q->type = CRIU_RESTORE;
	q->log_file = "restore.log";
	q->root = s->c.rootfs;
	q->restore_sibling = true;
	q->tcp_close = s->o->tcp_close;
	q->lsm_profile = s->o->lsm_profile;
	q->lsm_mount_context = s->o->lsm_mount_context;
	q->cgroup_roots = s->cgroup_roots;
	q->n_cgroup_roots = s->n_cgroup_roots;
	return 0;
}

static int find_external(struct restore *s, struct err *e)
{
	autofd int root = open(s->c.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (root < 0)
		return err_set(e, errno, "open the root %s", s->c.rootfs);
	r = external_mounts_to_restore(s->c.config, s->c.init.rootfs.plan, cgroup_path(s->c.cgroup),
				       root, &s->external, e);
	if (r == 0)
		r = external_namespaces_to_restore(s->c.config, &s->external, e);
	s->request.external = s->external.list;
	s->request.inherit = s->external.inherit;
	s->request.n_inherit = s->external.n_inherit;
	return r;
}

/* Among the mounts that CRIU will see. */
static int enter_mounts(struct restore *s, struct err *e)
{
	int r = private_mounts_enter(&s->mounts, s->c.rt->proc, s->c.rootfs, e);

	if (r == 0)
		r = open_images(s, e);
	if (r == 0)
		r = find_external(s, e);
	s->request.images_dir = s->images.dir;
	s->request.work_dir = s->images.work;
	return r;
}

/* systemd makes no scope without a process: until CRIU is in it, this one is. */
static int start_holder(struct restore *s, struct err *e)
{
	if (cgroup_manager_of(s->c.cgroup) != CGROUP_SYSTEMD)
		return 0;
	s->c.launched.pid = clone_process(0, -1, &s->holder, e);
	if (s->c.launched.pid < 0)
		return s->c.launched.pid;
	if (s->c.launched.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)pause();
	}
	return 0;
}

static void end_holder(struct restore *s)
{
	int status;

	s->c.launched.pid = 0;
	if (s->holder < 0)
		return;
	(void)pidfd_signal(s->holder, SIGKILL);
	(void)pidfd_wait(s->holder, -1, &status, NULL);
	s->holder = fd_close(s->holder);
}

static int make(struct restore *s, struct err *e)
{
	struct creation *c = &s->c;
	int r;

	r = container_new(c->rt, c->o->id, &c->container, e);
	if (r == 0)
		r = cgroup_refuse_used(c->cgroup, e);
	if (r == 0)
		r = creation_write_journal(c, e);
	if (r == 0)
		r = connect_console(s, e);
	if (r == 0)
		r = creation_make_class(c, e);
	if (r == 0)
		r = start_holder(s, e);
	return r < 0 ? r : creation_make_cgroup(c, e);
}

/* In CRIU's process: what it restores are its children, so in its cgroup and its class of resctrl.
 * They inherit the session keyring, which the images do not hold, and no_new_privs as well, which
 * CRIU 3.17 does not restore. */
static int prepare_criu(void *data, struct err *e)
{
	const struct restore *s = data;
	const struct creation *c = &s->c;
	const struct oci_process *p = c->config->process;
	int r = c->rdt ? rdt_add(c->resctrl, c->rdt, c->o->id, getpid(), e) : 0;

	if (r == 0 && c->init.new_keyring)
		r = attrs_join_keyring(c->rt->proc, c->o->id, p->selinux_label, false, e);
	if (r < 0)
		return r;
	if (p->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "set no_new_privs");
	return cgroup_enter(c->cgroup, e);
}

static int on_started(void *data, struct err *e)
{
	struct restore *s = data;

	end_holder(s);
	return private_mounts_leave(&s->mounts, e);
}

/* Its namespaces are there, and nothing in them yet. */
static int run_host_hooks(struct restore *s, pid_t pid, struct err *e)
{
	const struct oci_hooks *h = s->c.config->hooks;
	autofree char *state = NULL;
	struct container seen;
	int r;

	if (!h)
		return 0;
	/* What state.json will say; it is written when all is there. */
	seen = *s->c.container;
	seen.has_state = true;
	seen.state.bundle = s->c.bundle;
	seen.state.annotations = s->c.config->annotations;
	state = container_state_json(&seen, OCI_CREATING, pid);
	r = hooks_run("prestart", h->prestart, h->n_prestart, state, s->c.bundle, e);
	return r < 0 ? r :
		       hooks_run("createRuntime", h->create_runtime, h->n_create_runtime, state,
				 s->c.bundle, e);
}

/* All processes are there, and none goes on before we say so. */
static int note_restored(struct restore *s, pid_t pid, struct err *e)
{
	struct creation *c = &s->c;
	int r;

	r = attributes_restore(c->rt->proc, pid, c->config, c->init.rootfs.plan, e);
	if (r < 0)
		return r;
	c->launched.pid = pid;
	c->launched.pidfd = pidfd_open_(pid);
	if (c->launched.pidfd < 0)
		return err_set(e, errno, "pidfd_open");
	r = creation_fill_state(c, e);
	c->container->state.restored = true;
	if (r == 0)
		r = store_state_write(c->container->dir, &c->container->state, e);
	s->restored = r == 0;
	return r;
}

/* Only now they have their labels, and CRIU would let them go on whatever we say. */
static int check_confined(struct restore *s, struct err *e)
{
	struct creation *c = &s->c;
	int r = labels_verify(c->rt->proc, c->launched.pid, c->config->process, s->o->lsm_profile,
			      e);

	if (r < 0)
		(void)pidfd_signal(c->launched.pidfd, SIGKILL);
	return r;
}

static int on_notify(const struct criu_response *n, int fd, void *data, struct err *e)
{
	struct restore *s = data;

	log_debug("restore: %s of process %lld", n->script, (long long)n->pid);
	if (str_eq(n->script, "setup-namespaces"))
		return run_host_hooks(s, (pid_t)n->pid, e);
	if (str_eq(n->script, "post-restore"))
		return note_restored(s, (pid_t)n->pid, e);
	if (str_eq(n->script, "pre-resume") && s->restored)
		return check_confined(s, e);
	if (str_eq(n->script, "orphan-pts-master") && fd >= 0 && s->console_sock >= 0)
		return console_send(s->console_sock, fd, e);
	return 0;
}

static int run(struct restore *s, struct err *e)
{
	struct criu_response response;
	struct criu_run criu = {
		.program = s->o->criu.program,
		.request = &s->request,
		.prepare = prepare_criu,
		.started = on_started,
		.notify = on_notify,
		.data = s,
	};
	int r;

	r = prepare(s, e);
	if (r == 0)
		r = make(s, e);
	if (r == 0)
		r = enter_mounts(s, e);
	criu.log = s->images.log;
	if (r == 0)
		r = criu_run(&criu, &response, e);
	if (s->mounts.host >= 0)
		(void)private_mounts_leave(&s->mounts, NULL); /* it has failed already */
	if (r == 0 && !s->restored)
		r = err_msg(e, EPROTO, "CRIU did not say what it restored: log file: %s",
			    s->images.log);
	/* Last: a failure must not leave one. */
	if (r == 0)
		r = pid_file_write(s->c.o->pid_file, s->c.launched.pid, e);
	if (s->holder >= 0)
		end_holder(s); /* it has failed already */
	if (r < 0)
		creation_undo(&s->c);
	return r;
}

int container_restore(const struct runtime *rt, const struct restore_options *o,
		      struct created *out, struct err *e)
{
	_cleanup_(restore_done) struct restore s = {
		.o = o,
		.images = IMAGES_NONE,
		.mounts = PRIVATE_MOUNTS_NONE,
		.console_sock = -1,
		.holder = -1,
	};
	int r;

	creation_init(&s.c, rt, &o->create);
	r = run(&s, e);
	if (r < 0)
		return r;
	out->terminal = s.c.config->process->terminal;
	creation_hand_over_journal(&s.c);
	s.c.container->status = OCI_RUNNING;
	s.c.container->pidfd = fcntl(s.c.launched.pidfd, F_DUPFD_CLOEXEC, 3);
	out->container = TAKE(s.c.container);
	out->pidfd = TAKE_FD(s.c.launched.pidfd);
	out->sync = -1;
	out->started = true;
	return 0;
}
