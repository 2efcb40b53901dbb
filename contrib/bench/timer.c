/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer - run commands and say how long each took and how much memory it needed.
 *
 *	timer [--hide PATH]
 *
 * Reads one command per line, its arguments separated by the byte 0x1f, and answers each with one
 * line. "@N" in front of a command runs N of it at once, "-1", "-2" and so on appended to the last
 * argument of each, and takes the time until all have ended. The answer: nanoseconds, peak resident
 *KiB, exit status (128 + signal). The peak is ru_maxrss of wait4(2): the greatest of the command
 *and all descendants that it waited for. The kernel counts the spawning program's own peak too,
 *until execve, so nothing below that, which the first line of output tells, can be seen.
 *
 * --hide unmounts PATH in a mount namespace of this program's own: the machine's mounts stay as
 * they are, and commands started from here do not see PATH. This is for crun, which refuses hosts
 * with hybrid cgroups.
 *
 * A command's stdin and stdout are /dev/null. Its stderr is ours. "<PATH" in front of a command is
 * its stdin; "$NAME=VALUE" there is set in its environment, and stays set.
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

static pid_t start(char *const argv[], const posix_spawn_file_actions_t *files)
{
	pid_t pid;
	int r = posix_spawnp(&pid, argv[0], files, NULL, argv, environ);

	if (r) {
		errno = r;
		die(argv[0]);
	}
	return pid;
}

static void start_one_of(char *argv[], int n_args, int n, const posix_spawn_file_actions_t *files)
{
	char *last = argv[n_args - 1], name[512];

	snprintf(name, sizeof(name), "%s-%d", last, n);
	argv[n_args - 1] = name;
	(void)start(argv, files);
	argv[n_args - 1] = last;
}

/* What stands in front of a command, but for "@N". Returns how many words that are. */
static int surroundings(char *words[], posix_spawn_file_actions_t *files)
{
	const char *input = "/dev/null";
	int n = 0;

	for (; words[n][0] == '<' || words[n][0] == '$'; n++)
		if (words[n][0] == '<')
			input = words[n] + 1;
		else if (putenv(strdup(words[n] + 1)))
			die("putenv");
	posix_spawn_file_actions_init(files);
	posix_spawn_file_actions_addopen(files, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0);
	return n;
}

static void run(char *argv[], int n_args, int n, const posix_spawn_file_actions_t *files)
{
	long long began = now_ns();
	long peak = 0;
	int worst = 0;

	if (n == 0)
		(void)start(argv, files);
	for (int i = 1; i <= n; i++)
		start_one_of(argv, n_args, i, files);
	for (int left = n ? n : 1; left > 0; left--) {
		struct rusage usage;
		int status;

		while (wait4(-1, &status, 0, &usage) < 0)
			if (errno != EINTR)
				die("wait4");
		status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		worst = status > worst ? status : worst;
		peak = usage.ru_maxrss > peak ? usage.ru_maxrss : peak;
	}
	dprintf(1, "%lld %ld %d\n", now_ns() - began, peak, worst);
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
	dprintf(1, "%ld\n", own_peak_kib());
	while (read_line(line, sizeof(line))) {
		int n_args = split(line, args), n = 0, skip = surroundings(args, &files);

		if (args[skip][0] == '@' && n_args > skip + 1)
			n = atoi(args[skip++] + 1);
		run(args + skip, n_args - skip, n, &files);
		posix_spawn_file_actions_destroy(&files);
	}
	return 0;
}
