/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/stage.h"

#include "core/proc.h"
#include "core/sock.h"
#include "engine/init/clone.h"
#include "engine/init/env.h"
#include "engine/init/sync.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

_noreturn_ static void stage_main(const struct stage *s, int sock)
{
	struct err e = { 0 };
	pid_t pid;

	sync_forget_interrupts();
	env_wipe();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		pid = err_set(&e, errno, "set the parent-death signal");
	else
		pid = s->give_birth(s->context, sock, &e);
	if (pid == 0) {
		(void)fd_close(sock);
		s->live(s->context);
	}
	if (pid > 0 && sync_send_pid(sock, pid, &e) == 0)
		_exit(0);
	if (pid > 0)
		(void)kill(pid, SIGKILL); /* nobody would ever know of it, nor wait for it */
	sync_send_error(sock, &e);
	_exit(1);
}

/* Our child, whose birth could not be taken in: until we have waited for it nobody else has its
 * number. */
static void kill_child(const struct sync_msg *msg)
{
	int status;

	if (msg->type == SYNC_PID && msg->pid > 0 && kill(msg->pid, SIGKILL) == 0)
		(void)waitpid(msg->pid, &status, __WALL);
}

/* What a dead stage has said, and nobody has heard for want of memory or because of a signal. */
static void kill_unheard(int sock)
{
	struct sync_msg msg = { 0 };

	while (recv(sock, &msg, sizeof(msg), MSG_DONTWAIT) > 0)
		kill_child(&msg);
}

/* It is our child, so that the number is its own for as long as we do not wait for it. */
static int take_in(const struct sync_msg *msg, pid_t *pid, int *pidfd, struct err *e)
{
	int fd = pidfd_open_(msg->pid);

	if (fd < 0) {
		err_set(e, errno, "pidfd_open");
		kill_child(msg);
		return -e->num;
	}
	*pid = msg->pid;
	*pidfd = fd;
	return 0;
}

/* Answers the stage until it has told the child's pid. */
static int serve(const struct stage *s, int sock, pid_t stage, pid_t *pid, int *pidfd,
		 struct err *e)
{
	for (;;) {
		struct sync_msg msg;
		int r;

		r = sync_recv(sock, &msg, NULL, e);
		if (r < 0) {
			kill_child(&msg);
			return r;
		}
		if (r == 0)
			return err_msg(
				e, ECHILD,
				"a process of the runtime was killed (memory limit too low?)");
		if (msg.type == SYNC_PID)
			return take_in(&msg, pid, pidfd, e);
		if (msg.type == SYNC_ERROR) {
			*e = msg.err;
			return -e->num;
		}
		if (msg.type != SYNC_MAPS || !s->write_maps)
			return err_msg(e, EPROTO, "unexpected message %d", msg.type);
		r = s->write_maps(s->context, stage, e);
		if (r == 0)
			r = sync_send(sock, SYNC_GO, -1, e);
		if (r < 0)
			return r;
	}
}

int stage_run(const struct stage *s, int parent_sock, pid_t *pid, int *pidfd, struct err *e)
{
	autofd int stage_fd = -1, sock = -1;
	int pair[2], r, status;
	pid_t stage;

	/* A socket of its own: the child, once born, speaks on its own whenever it likes. */
	r = sock_pair(pair, e);
	if (r < 0)
		return r;
	sock = pair[0];
	stage = clone_process(0, -1, &stage_fd, e);
	if (stage == 0) {
		(void)fd_close(parent_sock);
		(void)fd_close(sock);
		stage_main(s, pair[1]);
	}
	(void)fd_close(pair[1]);
	if (stage < 0)
		return stage;
	r = serve(s, sock, stage, pid, pidfd, e);
	if (r < 0)
		(void)pidfd_signal(stage_fd, SIGKILL);
	(void)pidfd_wait(stage_fd, -1, &status, NULL); /* it has spoken, or the signal ends it */
	if (r < 0)
		kill_unheard(sock);
	return r;
}
