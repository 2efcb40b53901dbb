/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/console.h"
#include "engine/creation.h"
#include "engine/criu/checkpoint.h"
#include "engine/criu/criu.h"
#include "engine/criu/external.h"
#include "engine/criu/images.h"
#include "engine/handover.h"
#include "engine/hooks.h"
#include "engine/init/sync.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

/* A restore in progress. */
struct restore {
	struct creation c;
	const struct restore_options *o;
	struct criu_request request;
	struct images images;
	struct images_stdio stdio;
	struct external external;
	struct criu_cgroup_root *cgroup_roots;
	size_t n_cgroup_roots;
	int console_sock; /* -1: none */
	bool restored;	  /* the state is written */
};

static void restore_done(struct restore *s)
{
	for (size_t i = 0; i < s->n_cgroup_roots; i++) {
		free(s->cgroup_roots[i].controller);
		free(s->cgroup_roots[i].path);
	}
	free(s->cgroup_roots);
	images_close(&s->images);
	images_stdio_done(&s->stdio);
	external_done(&s->external);
	if (s->console_sock != s->o->create.console_fd)
		(void)fd_close(s->console_sock);
	creation_done(&s->c);
}

/* Pipes that its standard descriptors were are those of this process now. */
static void inherit_stdio(struct restore *s)
{
	for (int fd = 0; fd < IMAGES_STDIO; fd++)
		if (s->stdio.names[fd] && str_starts(s->stdio.names[fd], "pipe:"))
			external_inherit(&s->external, s->stdio.names[fd], fd);
}

/* The images say where its cgroups were. On v2 CRIU takes the one it is in itself. */
static void find_cgroup_roots(struct restore *s)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();
	const char *path = cgroup_path(s->c.cgroup);

	for (; *path && h->name; h++) {
		if (h->v2)
			continue;
		s->cgroup_roots =
			xrealloc(s->cgroup_roots, s->n_cgroup_roots + 1, sizeof(*s->cgroup_roots));
		s->cgroup_roots[s->n_cgroup_roots++] = (struct criu_cgroup_root){
			.controller = str_eq(h->name, "systemd") ? xstrdup("name=systemd") :
								   xstrdup(h->name),
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

static int prepare(struct restore *s, struct err *e)
{
	const struct criu_options *o = &s->o->criu;
	struct criu_request *q = &s->request;
	int r;

	r = images_open(o->image_path, o->work_path, "restore.log", false, &s->images, e);
	if (r == 0)
		r = images_read_stdio(&s->images, &s->stdio, e);
	if (r == 0)
		r = criu_options_apply(o, q, e);
	if (r == 0)
		r = creation_prepare(&s->c, e);
	if (r < 0)
		return r;
	inherit_stdio(s);
	find_cgroup_roots(s);
	q->type = CRIU_RESTORE;
	q->images_dir = s->images.dir;
	q->work_dir = s->images.work;
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

/* What is in the root is made there before CRIU looks at it. */
static int prepare_external(struct restore *s, struct err *e)
{
	const struct rootfs *r = &s->c.init.rootfs;
	int result;

	result = external_mounts_to_restore(r->plan, r->root_fd, &s->external, e);
	if (result == 0)
		result = external_namespaces_to_restore(s->c.config, &s->external, e);
	s->request.external = s->external.list;
	s->request.inherit = s->external.inherit;
	s->request.n_inherit = s->external.n_inherit;
	return result;
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
		r = prepare_external(s, e);
	if (r == 0)
		r = creation_make_class(c, e);
	return r < 0 ? r : creation_make_cgroup(c, e);
}

/*
 * In CRIU's process. What it restores is its child, so in its cgroup. CRIU wants the root to be a
 * mount; in a mount namespace of its own nothing of that is seen outside, nor stays.
 */
static int enter(void *data, struct err *e)
{
	const struct restore *s = data;
	const char *root = s->c.rootfs;
	int r = cgroup_enter(s->c.cgroup, e);

	if (r < 0)
		return r;
	if (unshare(CLONE_NEWNS) < 0)
		return err_set(e, errno, "unshare the mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_set(e, errno, "detach from the host's mounts");
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_set(e, errno, "mount the root %s", root);
	return 0;
}

/* Its namespaces are there, and nothing in them yet. */
static int run_host_hooks(struct restore *s, pid_t pid, struct err *e)
{
	const struct oci_hooks *h = s->c.config->hooks;
	autofree char *state = NULL;
	int r;

	if (!h)
		return 0;
	s->c.container->state.bundle = xstrdup(s->c.bundle);
	state = container_state_json(s->c.container, OCI_CREATING, pid);
	free(s->c.container->state.bundle);
	s->c.container->state.bundle = NULL;
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

	c->launched.pid = pid;
	c->launched.pidfd = pidfd_open_(pid);
	if (c->launched.pidfd < 0)
		return err_set(e, errno, "pidfd_open");
	r = creation_fill_state(c, e);
	c->container->state.restored = true;
	if (r == 0)
		r = store_state_write(c->container->dir, &c->container->state, e);
	if (r == 0)
		r = pid_file_write(c->o->pid_file, pid, e);
	s->restored = r == 0;
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
	if (str_eq(n->script, "orphan-pts-master") && fd >= 0 && s->console_sock >= 0)
		return console_send(s->console_sock, fd, e);
	return 0;
}

static int run(struct restore *s, struct err *e)
{
	struct criu_response response;
	const struct criu_run criu = {
		.program = s->o->criu.program,
		.request = &s->request,
		.log = s->images.log,
		.prepare = enter,
		.notify = on_notify,
		.data = s,
	};
	int r;

	r = prepare(s, e);
	if (r == 0)
		r = make(s, e);
	if (r == 0)
		r = criu_run(&criu, &response, e);
	if (r == 0 && !s->restored)
		r = err_msg(e, EPROTO, "CRIU did not say what it restored: log file: %s",
			    s->images.log);
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
		.console_sock = -1,
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
