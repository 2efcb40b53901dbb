/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/creation.h"

#include "core/file.h"
#include "core/log.h"
#include "core/proc.h"
#include "engine/handover.h"
#include "engine/remove.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void creation_init(struct creation *c, const struct runtime *rt, const struct create_options *o)
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

void creation_done(struct creation *c)
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

void creation_undo(struct creation *c)
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

int creation_write_journal(struct creation *c, struct err *e)
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

int creation_make_cgroup(struct creation *c, struct err *e)
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

int creation_make_class(struct creation *c, struct err *e)
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

int creation_fill_state(struct creation *c, struct err *e)
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
	s->no_new_keyring = !c->init.new_keyring;
	s->shared_pids = !namespaces_has_new(&c->init.ns, CLONE_NEWPID);
	s->poststop = h && h->n_poststop;
	/* Handed over: the journal is written, and init has its own copy. */
	s->annotations = c->config->annotations;
	c->config->annotations = (struct strmap){ 0 };
	c->container->has_state = true;
	return 0;
}

void creation_hand_over_journal(struct creation *c)
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
