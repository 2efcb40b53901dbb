/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_pipe(int dir, const char *name, struct err *e)
{
	int fd;

	if (mkfifoat(dir, name, 0600) < 0)
		return err_set(e, errno, "mkfifo %s", name);
	/* For both, so that opening does not wait and reading does not end when nobody else has it
	 * open. */
	fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? err_set(e, errno, "open %s", name) : fd;
}

int gate_make(int dir, struct gate *g, struct err *e)
{
	g->start = make_pipe(dir, GATE_START, e);
	if (g->start < 0)
		return g->start;
	g->outcome = make_pipe(dir, GATE_OUTCOME, e);
	return MIN(g->outcome, 0);
}

void gate_close(struct gate *g)
{
	g->start = fd_close(g->start);
	g->outcome = fd_close(g->outcome);
}

int gate_wait(const struct gate *g, struct err *e)
{
	char word;
	ssize_t n;

	do
		n = read(g->start, &word, sizeof(word));
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_set(e, errno, "wait for start") : 0;
}

/* Somebody may have put anything in the place of a pipe of ours. */
static int open_pipe(int dir, const char *name, int flags, struct err *e)
{
	autofd int fd = openat(dir, name, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", name);
	if (!S_ISFIFO(st.st_mode))
		return err_msg(e, EINVAL, "%s: not a named pipe", name);
	return TAKE_FD(fd);
}

int gate_pass(int dir, struct err *e)
{
	/* The outcome's first: its end must not be missed. */
	autofd int outcome = open_pipe(dir, GATE_OUTCOME, O_RDONLY, e);
	autofd int start = -1, reader = -1;

	if (outcome < 0)
		return outcome;
	start = open_pipe(dir, GATE_START, O_WRONLY, e);
	if (start < 0)
		return start;
	/* Should init die now, the outcome tells, and no SIGPIPE. */
	reader = open_pipe(dir, GATE_START, O_RDONLY, e);
	if (reader < 0)
		return reader;
	if (fcntl(outcome, F_SETFL, 0) < 0)
		return err_set(e, errno, "open %s", GATE_OUTCOME);
	if (write(start, "s", 1) < 0)
		return err_set(e, errno, "write %s", GATE_START);
	return TAKE_FD(outcome);
}
