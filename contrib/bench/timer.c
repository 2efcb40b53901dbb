/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer - run commands and say how long each took and how much memory it needed.
 *
 *	timer [--hide PATH]
 *
 * Reads one command per line, its arguments separated by the byte 0x1f, and answers each with one
 * line: nanoseconds, peak resident KiB, exit status (128 + signal). The peak is ru_maxrss of
 * wait4(2): the greatest of the command and all descendants that it waited for. The kernel counts
 * the spawning program's own peak too, until execve, so nothing below that, which the first line of
 * output tells, can be seen.
 *
 * --hide unmounts PATH in a mount namespace of this program's own: the machine's mounts stay as
 * they are, and commands started from here do not see PATH. This is for crun, which refuses hosts
 * with hybrid cgroups.
 *
 * A command's stdin and stdout are /dev/null. Its stderr is ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ARGS 64
#define MAX_LINE 16384

extern char **environ;

static void die(const char *what)
{
	dprintf(2, "timer: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void hide(const char *path)
{
	if (unshare(CLONE_NEWNS) < 0)
		die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("make / private");
	if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		die(path);
}

/* One read(2) per request: stdio would make this program larger than what it measures. */
static int read_line(char *line, size_t size)
{
	size_t n = 0;

	while (n < size - 1) {
		ssize_t r = read(0, line + n, size - 1 - n);

		if (r <= 0)
			return 0;
		n += (size_t)r;
		if (line[n - 1] == '\n') {
			line[n - 1] = '\0';
			return 1;
		}
	}
	errno = E2BIG;
	die("command");
	return 0;
}

static int split(char *line, char *argv[MAX_ARGS + 1])
{
	int n = 0;

	for (;;) {
		if (n == MAX_ARGS) {
			errno = E2BIG;
			die("command");
		}
		argv[n++] = line;
		line = strchr(line, 0x1f);
		if (!line)
			break;
		*line++ = '\0';
	}
	argv[n] = NULL;
	return n;
}

/* The process's own peak; ru_maxrss would also tell that of the shell which started us. */
static long own_peak_kib(void)
{
	char text[4096], *p;
	ssize_t n;
	int fd;

	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("/proc/self/status");
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strstr(text, "VmHWM:");
	return p ? strtol(p + 6, NULL, 10) : 0;
}

static void run(char *const argv[], const posix_spawn_file_actions_t *files)
{
	struct rusage usage;
	long long began = now_ns(), took;
	int status, r;
	pid_t pid;

	r = posix_spawnp(&pid, argv[0], files, NULL, argv, environ);
	if (r) {
		errno = r;
		die(argv[0]);
	}
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			die("wait4");
	took = now_ns() - began;
	dprintf(1, "%lld %ld %d\n", took, usage.ru_maxrss,
		WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	static char line[MAX_LINE];
	char *args[MAX_ARGS + 1];
	posix_spawn_file_actions_t files;

	if (argc == 3 && !strcmp(argv[1], "--hide")) {
		hide(argv[2]);
	} else if (argc != 1) {
		dprintf(2, "usage: timer [--hide PATH]\n");
		return 2;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	dprintf(1, "%ld\n", own_peak_kib());
	while (read_line(line, sizeof(line))) {
		split(line, args);
		run(args, &files);
	}
	return 0;
}
