/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/netdev_keeper.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/sock.h"
#include "engine/init/process.h"
#include "engine/init/sync.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Init dies with the runtime, at once, unless create was as good as done. */
#define DEATH_MS 2000

/* Only SIGKILL ends it, and nothing of the caller's stays open in it. */
static int settle(const struct netdev_move *m, int line, struct err *e)
{
	const int keep[] = { line, m->inside, m->devices->outside, m->pidfd, m->lock, log_fd() };
	sigset_t all;

	sync_forget_interrupts();
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0 || setsid() < 0)
		return err_set(e, errno, "start the keeper of network devices");
	return process_close_fds(0, keep, ARRAY_SIZE(keep), e);
}

static _noreturn_ void keep(const struct netdev_move *m, int line)
{
	struct sync_msg msg;
	struct err e = { 0 };
	int r;

	r = settle(m, line, &e);
	if (r == 0)
		r = netdevs_move(m->devices, m->inside, m->pid, &e);
	if (r == 0)
		r = sync_send(line, SYNC_READY, -1, &e);
	/* No word more: the runtime has failed, or is dead. */
	if (r == 0 && sync_recv(line, &msg, NULL, NULL) == 1)
		_exit(0);
	if (r < 0 || pidfd_poll(m->pidfd, DEATH_MS) != 0)
		netdevs_return(m->devices);
	if (r < 0)
		sync_send_error(line, &e);
	_exit(1);
}

int netdev_keeper_start(const struct netdev_move *m, struct netdev_keeper *out, struct err *e)
{
	int pair[2], r;
	pid_t pid;

	r = sock_pair(pair, e);
	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		(void)fd_close(pair[0]);
		keep(m, pair[1]);
	}
	r = pid < 0 ? err_set(e, errno, "fork") : 0;
	(void)fd_close(pair[1]);
	*out = (struct netdev_keeper){ MAX(pid, 0), pair[0] };
	return r < 0 ? r : sync_expect(pair[0], SYNC_READY, e);
}

static void end(struct netdev_keeper *k)
{
	int status;

	k->line = fd_close(k->line);
	while (k->pid > 0 && waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	k->pid = 0;
}

void netdev_keeper_dismiss(struct netdev_keeper *k)
{
	if (k->pid > 0)
		(void)sync_send(k->line, SYNC_GO, -1, NULL); /* it is dead: nothing to dismiss */
	end(k);
}

void netdev_keeper_undo(struct netdev_keeper *k)
{
	end(k);
}
