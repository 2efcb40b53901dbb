/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include "core/proc.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/time.h>

static void on_alarm(int sig _unused_)
{
}

/* flock(2) has no deadline of its own: an alarm interrupts it. The alarm repeats, in case the first
 * one comes just before the call. */
static int flock_within(int fd, int op, int timeout_ms)
{
	const struct itimerval limit = { .it_value = { timeout_ms / 1000,
						       timeout_ms % 1000 * 1000 },
					 .it_interval = { .tv_usec = 100000 } };
	const struct itimerval off = { 0 };
	const struct sigaction act = { .sa_handler = on_alarm };
	int64_t deadline = monotonic_ms() + timeout_ms;
	struct sigaction old_act;
	sigset_t alarm_set, old_set;
	int r;

	sigemptyset(&alarm_set);
	sigaddset(&alarm_set, SIGALRM);
	(void)sigaction(SIGALRM, &act, &old_act); /* none of these fails with valid arguments */
	(void)sigprocmask(SIG_UNBLOCK, &alarm_set, &old_set);
	(void)setitimer(ITIMER_REAL, &limit, NULL);
	do
		r = flock(fd, op) < 0 ? -errno : 0;
	while (r == -EINTR && monotonic_ms() < deadline);
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)sigprocmask(SIG_SETMASK, &old_set, NULL);
	(void)sigaction(SIGALRM, &old_act, NULL);
	return r;
}

int fd_lock(int fd, bool exclusive, int timeout_ms, struct err *e)
{
	int op = exclusive ? LOCK_EX : LOCK_SH, r = 0;

	if (flock(fd, op | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK && timeout_ms > 0 ? flock_within(fd, op, timeout_ms) :
							     -errno;
	if (r == -EINTR || r == -EWOULDBLOCK)
		return err_msg(e, ETIMEDOUT, "locked by another process");
	return r < 0 ? err_set(e, -r, "lock") : 0;
}

void fd_unlock(int fd)
{
	(void)flock(fd, LOCK_UN); /* cannot fail on an open descriptor */
}
