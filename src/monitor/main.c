/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runlet-monitor DIR: in front, until the container runs or could not be started; then behind, as
 * a process that belongs to nobody.
 */
#include "core/err.h"
#include "monitor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"

static const char usage[] = "usage: runlet-monitor DIR\n"
			    "Supervise the container whose directory is DIR.\n";

static void say(FILE *to, const char *text)
{
	fprintf(to, "%s", text);
}

/* To the process in front, which may be gone. */
static void on_ready(void *data, const struct err *failure)
{
	int *fd = data;
	char text[sizeof(failure->text) + 1];
	int n;

	n = snprintf(text, sizeof(text), "%c%s", failure ? 'E' : 'R', failure ? failure->text : "");
	if (n > 0)
		(void)!write(*fd, text, (size_t)n);
	*fd = fd_close(*fd);
}

static void detach(void)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid(); /* a child leads no group */
	(void)umask(022);
	(void)!chdir("/"); /* keeps no mount busy that is not its own; always there */
	for (int fd = 0; null_fd >= 0 && fd <= 2; fd++)
		(void)dup2(null_fd, fd);
	if (null_fd > 2)
		(void)fd_close(null_fd);
}

static int behind(const char *dir, int ready)
{
	autofree char *absolute = realpath(dir, NULL);
	struct err e;

	detach();
	/* What is wrong with one that cannot be resolved, is said of it as it was given. */
	return supervisor_run(absolute ?: dir, on_ready, &ready, &e) < 0 ? 1 : 0;
}

static int in_front(const char *dir, int ready)
{
	char text[ERR_TEXT_MAX + 2] = "";
	ssize_t n;

	do
		n = read(ready, text, sizeof(text) - 1);
	while (n < 0 && errno == EINTR);
	if (n > 0 && text[0] == 'R')
		return 0;
	fprintf(stderr, "%s: %s\n", dir, n > 1 ? text + 1 : "the monitor was killed");
	return 1;
}

int main(int argc, char **argv)
{
	int ready[2];
	pid_t pid;

	if (argc == 2 && (str_eq(argv[1], "--version") || str_eq(argv[1], "-v"))) {
		say(stdout, "runlet-monitor version " PACKAGE_VERSION "\n");
		return 0;
	}
	if (argc != 2 || argv[1][0] == '-') {
		bool help = argc == 2 && (str_eq(argv[1], "--help") || str_eq(argv[1], "-h"));

		say(help ? stdout : stderr, usage);
		return help ? 0 : 1;
	}
	(void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	if (pipe2(ready, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		perror("runlet-monitor");
		return 1;
	}
	if (pid > 0) {
		(void)fd_close(ready[1]);
		return in_front(argv[1], ready[0]);
	}
	(void)fd_close(ready[0]);
	return behind(argv[1], ready[1]);
}
