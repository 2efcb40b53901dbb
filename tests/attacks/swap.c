/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes the file tree under a runtime, by exchanging two names, as another container that shares
 * the directory could.
 *
 *   swap storm A B                as fast as it goes, until SIGTERM; then prints how often
 *   swap step N BACK A B UNTIL COMMAND [ARGUMENT]...
 *                                 runs COMMAND, and exchanges at the Nth system call of it and its
 *                                 children, BACK calls later once more (0: never), but no more when
 *                                 one executes a file called UNTIL; prints how many calls there
 * were
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACE_OPTIONS                                                                              \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |  \
	 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)
#define PIDS_MAX (1 << 22)

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static int exchange(const char *a, const char *b)
{
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

static int storm(const char *a, const char *b)
{
	unsigned long n = 0;

	signal(SIGTERM, on_term);
	for (; !stop; n++)
		if (exchange(a, b) < 0)
			return 1;
	/* As it was. */
	if (n % 2)
		exchange(a, b);
	printf("%lu\n", n);
	return 0;
}

struct stepper {
	long at, back; /* calls at which to exchange */
	const char *a, *b, *until;
	long calls;
	int done;			    /* nothing is left to be exchanged */
	unsigned char inside[PIDS_MAX / 8]; /* whether a process is between a call's two stops */
};

static int executes(pid_t pid, const char *name)
{
	char link[64], path[4096];
	const char *base;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	base = strrchr(path, '/');
	return base && !strcmp(base + 1, name);
}

static void at_call(struct stepper *s, pid_t pid)
{
	unsigned char bit = (unsigned char)(1u << (pid % 8));

	s->inside[pid / 8] ^= bit;
	if (!(s->inside[pid / 8] & bit))
		return;
	s->calls++;
	if (s->calls == s->at || s->calls == s->back)
		exchange(s->a, s->b);
	/* Without a second one what follows is not worth stopping for. */
	s->done |= s->calls >= s->at && s->calls >= s->back;
}

/* Returns the signal to go on with. */
static int look(struct stepper *s, pid_t pid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (sig == (SIGTRAP | 0x80)) {
		at_call(s, pid);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		s->inside[pid / 8] |= (unsigned char)(1u << (pid % 8));
		s->done |= executes(pid, s->until);
		return 0;
	}
	if (event || sig == SIGSTOP || sig == SIGTRAP)
		return 0;
	return sig;
}

static int trace(struct stepper *s, pid_t main_pid)
{
	int status, result = 1;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (pid == main_pid)
				result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
			continue;
		}
		status = look(s, pid, status);
		ptrace(s->done ? PTRACE_CONT : PTRACE_SYSCALL, pid, NULL, (long)status);
	}
	return result;
}

static int step(char **argv)
{
	static struct stepper s;
	int status;
	pid_t pid;

	s.at = atol(argv[0]);
	s.back = atol(argv[1]) ? s.at + atol(argv[1]) : 0;
	s.a = argv[2];
	s.b = argv[3];
	s.until = argv[4];
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(argv[5], argv + 5);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 1;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, TRACE_OPTIONS);
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	status = trace(&s, pid);
	fprintf(stderr, "calls %ld\n", s.calls);
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "storm"))
		return storm(argv[2], argv[3]);
	if (argc > 7 && !strcmp(argv[1], "step"))
		return step(argv + 2);
	return 2;
}
