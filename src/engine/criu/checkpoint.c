/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/checkpoint.h"

#include "core/num.h"
#include "core/procfs.h"
#include "engine/criu/criu.h"
#include "engine/criu/images.h"
#include "engine/criu/stdio.h"
#include "engine/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_empty_ns(char *const *names, int64_t *flags, struct err *e)
{
	for (; names && *names; names++) {
		if (!str_eq(*names, "network"))
			return err_msg(e, EINVAL, "--empty-ns: unsupported namespace \"%s\"",
				       *names);
		*flags |= CLONE_NEWNET;
	}
	return 0;
}

int criu_options_apply(const struct criu_options *o, struct criu_request *q, struct err *e)
{
	q->auto_dedup = o->auto_dedup;
	q->ext_unix_sk = o->ext_unix_sk;
	q->file_locks = o->file_locks;
	q->lazy_pages = o->lazy_pages;
	q->shell_job = o->shell_job;
	q->tcp_established = o->tcp_established;
	q->orphan_pts_master = true;
	q->cgroups_mode = o->cgroups_mode ? o->cgroups_mode : CRIU_CGROUPS_SOFT + 1;
	return check_empty_ns(o->empty_ns, &q->empty_ns, e);
}

/* A dump in progress. */
struct dump {
	struct container *c;
	const struct checkpoint_options *o;
	struct criu_request request;
	struct images images;
	struct external external;
	char *page_server; /* the address of the request */
	char *freezer;
};

static void dump_done(struct dump *d)
{
	images_close(&d->images);
	external_done(&d->external);
	free(d->page_server);
	free(d->freezer);
}

static int check_status(const struct container *c, struct err *e)
{
	if (c->status == OCI_RUNNING || c->status == OCI_PAUSED)
		return 0;
	return err_msg(e, EINVAL, "Container cannot be checkpointed in %s state",
		       names_get(oci_status_names, c->status));
}

static int find_page_server(struct dump *d, struct err *e)
{
	const char *text = d->o->page_server;
	const char *colon = text ? strrchr(text, ':') : NULL;
	uint64_t port;
	int r;

	if (!text)
		return 0;
	if (!colon || colon == text)
		return err_msg(e, EINVAL, "--page-server: \"%s\" is not ADDRESS:PORT", text);
	r = num_parse_u64(colon + 1, UINT16_MAX, "--page-server: port", &port, e);
	if (r < 0)
		return r;
	d->page_server = xstrndup(text, (size_t)(colon - text));
	d->request.page_server = d->page_server;
	d->request.page_server_port = (int64_t)port;
	return 0;
}

/* CRIU wants it relative, so that the images can be moved together. */
static int find_parent(struct dump *d, struct err *e)
{
	const char *path = d->o->parent_path;
	struct stat st;

	if (!path)
		return 0;
	if (*path == '/')
		return err_msg(e, EINVAL, "--parent-path: \"%s\" is not relative to the images",
			       path);
	if (fstatat(d->images.dir, path, &st, 0) < 0)
		return err_set(e, errno, "--parent-path: %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_msg(e, ENOTDIR, "--parent-path: %s is no directory", path);
	d->request.parent = path;
	return 0;
}

/* Through its init, so that what it has mounted is seen. */
static int list_external(struct dump *d, struct err *e)
{
	_cleanup_(rootfs_plan_free_p) struct rootfs_plan *plan = NULL;
	const struct store_journal *j = &d->c->journal;
	autofd int root = -1;
	char path[32];
	int r;

	r = rootfs_plan_new(j->config, j->bundle, j->rootfs, &plan, e);
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "%lld/root", (long long)d->c->state.pid);
	root = procfs_open_link(d->c->rt->proc, path, O_PATH | O_DIRECTORY, e);
	if (root < 0)
		return root;
	external_mounts_to_dump(j->config, plan, root, &d->external);
	return external_namespaces_to_dump(j->config, &d->external, e);
}

static int note_stdio(struct dump *d, struct err *e)
{
	_cleanup_(stdio_done) struct stdio stdio = { 0 };
	int r = stdio_find(d->c->rt->proc, (pid_t)d->c->state.pid, &stdio, e);

	if (r < 0)
		return r;
	stdio_to_dump(&stdio, &d->external);
	return d->o->pre_dump ? 0 : stdio_write(&stdio, d->images.dir, e);
}

static int find_freezer(struct dump *d, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r = container_cgroup(d->c, &cg, e);

	if (r < 0 || !cg)
		return r;
	d->freezer = cgroup_freezer(cg);
	d->request.freeze_cgroup = d->freezer;
	return 0;
}

static int prepare(struct dump *d, struct err *e)
{
	const struct checkpoint_options *o = d->o;
	struct criu_request *q = &d->request;
	int r;

	r = container_load_journal(d->c, e);
	if (r == 0)
		r = criu_options_apply(&o->criu, q, e);
	if (r == 0)
		r = find_page_server(d, e);
	if (r == 0)
		r = images_open(o->criu.image_path, o->criu.work_path, "dump.log", true, &d->images,
				e);
	if (r == 0)
		r = find_parent(d, e);
	if (r == 0)
		r = list_external(d, e);
	if (r == 0)
		r = find_freezer(d, e);
	if (r == 0)
		r = note_stdio(d, e);
	q->external = d->external.list;
	q->type = o->pre_dump ? CRIU_PRE_DUMP : CRIU_DUMP;
	q->images_dir = d->images.dir;
	q->work_dir = d->images.work;
	q->pid = d->c->state.pid;
	q->log_file = "dump.log";
	q->root = d->c->journal.rootfs;
	q->leave_running = o->leave_running;
	q->link_remap = o->link_remap;
	q->tcp_skip_in_flight = o->tcp_skip_in_flight;
	/* What changes after this dump is what the next one has to save. */
	q->track_memory = o->pre_dump || o->parent_path;
	q->status_fd = o->status_fd;
	return r;
}

/* In CRIU's process: before its log is open it writes to standard error, and nobody is to read
 * that. */
static int silence(void *data _unused_, struct err *e)
{
	autofd int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_set(e, errno, "open /dev/null");
	for (int fd = 0; fd < STDIO_N; fd++)
		if (dup2(null, fd) < 0)
			return err_set(e, errno, "replace descriptor %d", fd);
	return 0;
}

int container_checkpoint(struct container *c, const struct checkpoint_options *o, struct err *e)
{
	_cleanup_(dump_done) struct dump d = { .c = c, .o = o, .images = IMAGES_NONE };
	struct criu_response response;
	struct criu_run run = {
		.program = o->criu.program,
		.request = &d.request,
		.prepare = silence,
	};
	int r;

	r = check_status(c, e);
	if (r == 0)
		r = prepare(&d, e);
	if (r < 0)
		return r;
	run.log = d.images.log;
	r = criu_run(&run, &response, e);
	if (r < 0 || o->leave_running || o->pre_dump)
		return r;
	r = container_refresh(c, e);
	return r < 0 ? r : container_delete(c, true, e);
}
