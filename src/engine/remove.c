/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/remove.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "engine/hooks.h"
#include "engine/pids.h"
#include "engine/rdt_container.h"

#include <errno.h>
#include <signal.h>

#define KILL_TIMEOUT_MS 10000
#define EXITING_CHECK_MS 20

int container_signal_all(struct container *c, int sig, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r;

	r = container_cgroup(c, &cg, e);
	/* A damaged state says nothing of its processes. */
	if (r == 0 && cg && c->has_state && !cgroup_lists_processes(cg) && !c->state.shared_pids)
		return container_signal_pids(c, sig, e);
	return r < 0 || !cg ? r : cgroup_signal(cg, sig, e);
}

static int thaw(struct container *c, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r;

	r = container_cgroup(c, &cg, e);
	return r < 0 || !cg ? r : cgroup_freeze(cg, false, e);
}

int container_kill(struct container *c, int sig, struct err *e)
{
	int r;

	if (c->pidfd < 0)
		return err_msg(e, ESRCH, "container not running");
	r = pidfd_signal(c->pidfd, sig);
	if (r == -ESRCH)
		return err_msg(e, ESRCH, "container not running");
	if (r < 0)
		return err_set(e, -r, "signal container %s", c->id);
	/* A frozen process dies only once it is thawed (cgroup v1). */
	if (sig == SIGKILL && c->status == OCI_PAUSED)
		return thaw(c, e);
	return 0;
}

/*
 * The pidfd tells when init is dead. But a pid 1 stays, an empty shell, until whoever inherited an
 * exec'ed process has reaped it, which may never happen: that is looked for now and then.
 */
static bool wait_for_init(const struct container *c)
{
	int64_t deadline = monotonic_ms() + KILL_TIMEOUT_MS;
	struct proc_stat stat;

	while (pidfd_poll(c->pidfd, EXITING_CHECK_MS) == 0) {
		if (procfs_stat(c->rt->proc, (pid_t)c->state.pid, &stat, NULL) == 1 &&
		    (stat.kernel_flags & PROC_PF_EXITING))
			return true;
		if (monotonic_ms() >= deadline)
			return false;
	}
	return true;
}

int container_kill_all(struct container *c, struct err *e)
{
	int r = 0;

	if (c->pidfd >= 0) {
		r = container_kill(c, SIGKILL, e);
		if (r < 0 && r != -ESRCH)
			return r;
	}
	/* With its pid namespace its processes die too; without, they have to be found. */
	if (!c->has_state || c->state.shared_pids) {
		r = container_signal_all(c, SIGKILL, e);
		if (r < 0)
			return r;
	}
	if (c->pidfd >= 0 && !wait_for_init(c))
		return err_msg(e, EBUSY, "container %s: init did not die within %d s of SIGKILL",
			       c->id, KILL_TIMEOUT_MS / 1000);
	return 0;
}

void run_poststop_hooks(const struct container *c, const struct oci_hooks *h, const char *bundle)
{
	autofree char *state = NULL;
	struct err e = { 0 };

	if (!h || !h->n_poststop)
		return;
	state = container_state_json(c, OCI_STOPPED, 0);
	/* Each of them runs, whatever became of the one before. */
	for (size_t i = 0; i < h->n_poststop; i++)
		if (hooks_run("poststop", &h->poststop[i], 1, state, bundle, &e) < 0)
			log_warning("%s", e.text);
}

int container_delete(struct container *c, bool force, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	struct err journal_err = { 0 };
	int r;

	if (!force && (c->status == OCI_RUNNING || c->status == OCI_PAUSED))
		return err_msg(e, EBUSY, "cannot delete container %s that is not stopped: %s",
			       c->id, names_get(oci_status_names, c->status));
	if (!force && c->damage)
		return err_msg(e, -c->damage,
			       "cannot delete container %s: its state is damaged; "
			       "use --force",
			       c->id);
	r = container_kill_all(c, e);
	if (r == 0)
		r = container_cgroup(c, &cg, e);
	/* A restore that was killed may have left a CRIU that waits for ever. */
	if (r == 0 && cg)
		r = cgroup_remove(
			cg, !c->has_state || c->state.shared_pids || (force && c->state.restored),
			e);
	if (r == 0)
		r = container_rdt_remove(c, e);
	if (r < 0)
		return r;
	/* The hooks come last, when the files that name them are gone. */
	if (c->has_state && c->state.poststop && container_load_journal(c, &journal_err) < 0)
		log_warning("no poststop hook can run: %s", journal_err.text);
	r = container_remove_state(c, e);
	if (r == 0 && c->journal.config)
		run_poststop_hooks(c, c->journal.config->hooks, c->journal.bundle);
	return r;
}
