/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the guest's command, and copies what it writes to the serial ports of the host: out and err.
 * The port ctl says when it starts and how it ended. Static, and the first process where systemd is
 * not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define VM "/run/vm/"

static void die(const char *what)
{
	dprintf(STDERR_FILENO, "vm agent: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
	_exit(1);
}

static int port_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static void write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size > 0; data += n, size -= (size_t)n) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			die("write to a port");
	}
}

/* The words of VM "command", each ended by a NUL. */
static char **command_load(void)
{
	static char text[128 * 1024];
	static char *words[4096];
	size_t count = 0;
	ssize_t size;
	int fd;

	fd = open(VM "command", O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (size <= 0)
		die(VM "command");
	for (char *p = text; p < text + size && count < 4095; p += strlen(p) + 1)
		words[count++] = p;
	return words;
}

static void directory_enter(void)
{
	char path[4096];
	ssize_t n;
	int fd;

	fd = open(VM "tree", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, path, sizeof(path) - 1);
	if (n <= 0)
		die(VM "tree");
	path[n] = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (chdir(path) < 0)
		die(path);
}

static void command_exec(char **words, int out, int err, const sigset_t *mask)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	sigprocmask(SIG_SETMASK, mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(words[0], words);
	dprintf(STDERR_FILENO, "%s: %s\n", words[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Copies what is there; false when no more can come. */
static int copy(int from, int to)
{
	static char data[65536];
	ssize_t n;

	for (;;) {
		n = read(from, data, sizeof(data));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return 0;
		write_all(to, data, (size_t)n);
	}
}

/* Waits for every child that ended; the status of the command, or -1 while it runs. */
static int reap(pid_t command, int signals)
{
	struct signalfd_siginfo info;
	int status, result = -1;
	pid_t pid;

	if (read(signals, &info, sizeof(info)) < 0 && errno != EAGAIN)
		die("read of a signal");
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == command)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return result;
}

/* Processes that the command left may hold the pipes: its own end ends this. */
static int serve(pid_t command, const int from[2], const int to[2], int signals)
{
	struct pollfd fds[3] = {
		{ .fd = from[0], .events = POLLIN },
		{ .fd = from[1], .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int status = -1;

	while (status < 0) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[2].revents)
			status = reap(command, signals);
		for (int i = 0; i < 2; i++) {
			if (fds[i].fd >= 0 && !copy(from[i], to[i]))
				fds[i].fd = -1;
		}
	}
	return status;
}

int main(void)
{
	int ports[2] = { port_open(VM "out"), port_open(VM "err") };
	int ctl = port_open(VM "ctl"), out[2], err[2], signals, n;
	char **words = command_load(), text[32];
	sigset_t chld, old;
	pid_t pid;

	directory_enter();
	setenv("HOME", "/root", 1);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LANG", "C.UTF-8", 1);
	unsetenv("INVOCATION_ID");
	unsetenv("JOURNAL_STREAM");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &old);
	signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipes");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);

	write_all(ctl, "started\n", 8);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		command_exec(words, out[1], err[1], &old);
	close(out[1]);
	close(err[1]);
	n = serve(pid, (int[]){ out[0], err[0] }, ports, signals);
	n = snprintf(text, sizeof(text), "exit %d\n", n);
	write_all(ctl, text, (size_t)n);
	reboot(RB_POWER_OFF);
	return 0;
}
