/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/start.h"

#include "engine/hooks.h"
#include "engine/init/gate.h"
#include "engine/init/process.h"
#include "engine/init/sync.h"
#include "engine/notify.h"
#include "engine/remove.h"

#include <errno.h>

/* Of the answer to the word to go on: @r and *@msg as sync_recv left them. */
static int judge(const struct container *c, int r, const struct sync_msg *msg, struct err *e)
{
	if (r <= 0)
		return r < 0 ? r : process_check_ran(c->rt->proc, (pid_t)c->state.pid, c->pidfd, e);
	if (msg->type != SYNC_ERROR)
		return err_msg(e, EPROTO, "unexpected message %d from the container's init",
			       msg->type);
	*e = msg->err;
	return -e->num;
}

/* A container whose poststart hook fails is stopped (runtime.md#lifecycle, step 9). */
static int run_poststart(struct container *c, struct err *e)
{
	const struct oci_hooks *h = c->journal.config->hooks;
	autofree char *state = NULL;
	int r;

	if (!h || !h->n_poststart)
		return 0;
	/* A hook may call the runtime. */
	container_unlock(c);
	state = container_state_json(c, OCI_RUNNING, (pid_t)c->state.pid);
	r = hooks_run("poststart", h->poststart, h->n_poststart, state, c->state.bundle, e);
	if (r < 0)
		(void)container_kill_all(c, NULL); /* the hook's error is the one to tell */
	return r;
}

/* Of that answer, too. */
static int finish(struct container *c, int r, const struct sync_msg *msg, struct err *e)
{
	r = judge(c, r, msg, e);
	/* Whatever kept us from seeing it: that it did not start is to be true. */
	if (r < 0)
		(void)container_kill_all(c, NULL);
	return r < 0 ? r : run_poststart(c, e);
}

int container_start_over(struct container *c, int sync, bool started, struct err *e)
{
	struct sync_msg msg = { 0 };
	int r;

	/* Before the program runs, after which it is too late to find the hooks missing. */
	r = container_load_journal(c, e);
	if (r < 0)
		return r;
	r = started ? 0 : sync_send(sync, SYNC_START, -1, e);
	if (r < 0)
		return err_msg(e, ESRCH, "cannot start a container that has stopped");
	r = sync_recv(sync, &msg, NULL, e);
	return finish(c, r, &msg, e);
}

static int start_waiting(struct container *c, struct err *e)
{
	struct sync_msg msg = { 0 };
	autofd int outcome = -1;
	int r;

	r = container_load_journal(c, e);
	if (r < 0)
		return r;
	outcome = gate_pass(c->dir, e);
	if (outcome == -ENXIO)
		return err_msg(e, ESRCH, "cannot start a container that has stopped");
	if (outcome < 0)
		return err_wrap(e, "start: ");
	r = sync_read(outcome, &msg, e);
	return finish(c, r, &msg, e);
}

static int start_and_tell(struct container *c, const char *notify_socket, struct err *e)
{
	struct notify n;
	int r;

	r = notify_listen(&n, c->dir, notify_socket, e);
	if (r < 0)
		return r;
	r = start_waiting(c, e);
	if (r == 0 && n.listener >= 0) {
		/* It may take its time, and others want to look, or to end it. */
		container_unlock(c);
		r = notify_wait(&n, c->pidfd, (pid_t)c->state.pid, e);
	}
	notify_close(&n);
	return r;
}

int container_start(struct container *c, const char *notify_socket, struct err *e)
{
	switch (c->status) {
	case OCI_CREATED:
		return start_and_tell(c, notify_socket, e);
	case OCI_RUNNING:
		return err_msg(e, EINVAL, "cannot start an already running container");
	case OCI_PAUSED:
		return err_msg(e, EINVAL, "cannot start a container in the paused state");
	default:
		return err_msg(e, EINVAL, "cannot start a container that has stopped");
	}
}
