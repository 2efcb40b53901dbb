/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_MAX 16384
/* A process that outlives the container's first may write for ever. */
#define DRAIN_READS_MAX 64

static const char *const names[LOGFILE_STREAMS] = {
	[LOGFILE_STDOUT] = "stdout",
	[LOGFILE_STDERR] = "stderr",
};

static int open_fifo(int run, const char *name, int flags, struct err *e)
{
	autofd int fd = openat(run, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open pipe %s", name);
	if (!S_ISFIFO(st.st_mode))
		return err_msg(e, EINVAL, "%s is no pipe", name);
	return TAKE_FD(fd);
}

int pipes_open(int run, struct pipes *p, struct err *e)
{
	for (int i = 0; i < LOGFILE_STREAMS; i++) {
		if (mkfifoat(run, names[i], 0600) < 0 && errno != EEXIST)
			return err_set(e, errno, "make pipe %s", names[i]);
		p->fd[i] = open_fifo(run, names[i], O_NONBLOCK, e);
		if (p->fd[i] < 0)
			return p->fd[i];
	}
	return 0;
}

void pipes_close(struct pipes *p)
{
	for (int i = 0; i < LOGFILE_STREAMS; i++)
		p->fd[i] = fd_close(p->fd[i]);
}

int pipes_open_end(int run, enum logfile_stream stream, struct err *e)
{
	return open_fifo(run, names[stream], 0, e);
}

size_t pipes_read(struct pipes *p, enum logfile_stream stream, struct logfile *log)
{
	char buf[READ_MAX];
	struct timespec now;
	ssize_t n;

	n = read(p->fd[stream], buf, sizeof(buf));
	if (n <= 0)
		return 0;
	(void)clock_gettime(CLOCK_REALTIME, &now); /* never fails */
	logfile_add(log, stream, buf, (size_t)n, &now);
	return (size_t)n;
}

void pipes_drain(struct pipes *p, struct logfile *log)
{
	struct timespec now;

	for (int i = 0; i < LOGFILE_STREAMS; i++) {
		for (int reads = 0; reads < DRAIN_READS_MAX && pipes_read(p, i, log) > 0; reads++)
			continue;
		(void)clock_gettime(CLOCK_REALTIME, &now);
		logfile_flush(log, i, &now);
	}
}

void pipes_remove(int run)
{
	/* Those that are not there are no matter; the directory goes with the container. */
	for (int i = 0; i < LOGFILE_STREAMS; i++)
		(void)unlinkat(run, names[i], 0);
}
