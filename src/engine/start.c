/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/start.h"

#include "core/sock.h"
#include "engine/hooks.h"
#include "engine/init/process.h"
#include "engine/init/sync.h"
#include "engine/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The outcome of execve: the end of the stream, or an error. */
static int wait_for_exec(const struct container *c, int sync, struct err *e)
{
	struct sync_msg msg;
	int r;

	r = sync_recv(sync, &msg, NULL, e);
	if (r <= 0)
		return r < 0 ? r : process_check_ran((pid_t)c->state.pid, c->pidfd, e);
	if (msg.type != SYNC_ERROR)
		return err_msg(e, EPROTO, "unexpected message %d from the container's init",
			       msg.type);
	*e = msg.err;
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

int container_start_over(struct container *c, int sync, struct err *e)
{
	int r;

	/* Before the program runs, after which it is too late to find the hooks missing. */
	r = container_load_journal(c, e);
	if (r < 0)
		return r;
	r = sync_send(sync, SYNC_START, -1, e);
	if (r < 0)
		return err_msg(e, ESRCH, "cannot start a container that has stopped");
	r = wait_for_exec(c, sync, e);
	return r < 0 ? r : run_poststart(c, e);
}

int container_start(struct container *c, struct err *e)
{
	autofd int sync = -1;
	int r;

	switch (c->status) {
	case OCI_CREATED:
		break;
	case OCI_RUNNING:
		return err_msg(e, EINVAL, "cannot start an already running container");
	case OCI_PAUSED:
		return err_msg(e, EINVAL, "cannot start a container in the paused state");
	default:
		return err_msg(e, EINVAL, "cannot start a container that has stopped");
	}
	sync = sock_connect(c->dir, STORE_SOCKET, SOCK_SEQPACKET, e);
	if (sync == -ECONNREFUSED || sync == -ENOENT)
		return err_msg(e, EINVAL, "cannot start an already running container");
	if (sync < 0)
		return err_wrap(e, "start: ");
	r = container_start_over(c, sync, e);
	if (r == 0)
		(void)unlinkat(c->dir, STORE_SOCKET, 0); /* of no more use; delete finds it too */
	return r;
}
