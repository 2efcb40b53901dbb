/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "core/procfs.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(signals_by_name)
{
	static const struct {
		const char *text;
		int sig;
	} good[] = {
		{ "TERM", 15 },	  { "SIGTERM", 15 },  { "sigterm", 15 },     { "Term", 15 },
		{ "15", 15 },	  { "1", 1 },	      { "64", 64 },	     { "HUP", 1 },
		{ "SIGKILL", 9 }, { "CLD", SIGCHLD }, { "IOT", SIGABRT },    { "POLL", SIGIO },
		{ "RTMIN", 34 },  { "RTMIN+0", 34 },  { "SIGRTMIN+3", 37 },  { "rtmin+30", 64 },
		{ "RTMAX", 64 },  { "RTMAX-0", 64 },  { "SIGRTMAX-30", 34 }, { "SYS", SIGSYS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK_INT(signal_parse(good[i].text, NULL), good[i].sig);
}

TEST(signals_unknown)
{
	static const char *const bad[] = {
		"",
		"0",
		"65",
		"-1",
		"+1",
		" 15",
		"15 ",
		"1e1",
		"SIG",
		"SIG15",
		"SIGSIGTERM",
		"TERMX",
		"RTMIN+31",
		"RTMIN-1",
		"RTMAX+1",
		"RTMAX-31",
		"RTMIN+",
		"RTMIN+x",
		"99999999999999999999",
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(signal_parse(bad[i], NULL), -EINVAL);
	CHECK_INT(signal_parse("BOGUS", &e), -EINVAL);
	CHECK_STR(e.text, "unknown signal \"BOGUS\"");
}

TEST(signal_table)
{
	CHECK_STR(names_get(signal_names, SIGABRT), "ABRT");
	CHECK_STR(names_get(signal_names, SIGCHLD), "CHLD");
	for (int sig = 1; sig <= 31; sig++)
		CHECK(names_get(signal_names, sig));
}

TEST(exit_codes)
{
	CHECK_INT(proc_exit_code(0), 0);
	CHECK_INT(proc_exit_code(3 << 8), 3);
	CHECK_INT(proc_exit_code(SIGKILL), 137);
	CHECK_INT(proc_exit_code(SIGSEGV | WCOREFLAG), 139);
}

static pid_t child_that_exits(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	return pid;
}

static pid_t child_that_waits(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

TEST(wait_for_a_child)
{
	int status = -1, fd = pidfd_open_(child_that_exits(7));

	CHECK(fd >= 0);
	CHECK_INT(pidfd_wait(fd, -1, &status, NULL), 1);
	CHECK_INT(status, 7 << 8);
	CHECK_INT(pidfd_wait(fd, 0, &status, NULL), -ECHILD);
	CHECK_INT(pidfd_signal(fd, SIGTERM), -ESRCH);
	close(fd);
}

TEST(wait_with_a_limit)
{
	int status = -1, fd = pidfd_open_(child_that_waits());
	int64_t start = monotonic_ms();

	CHECK_INT(pidfd_wait(fd, 30, &status, NULL), 0);
	CHECK(monotonic_ms() - start >= 30);
	CHECK_INT(status, -1);
	CHECK_INT(pidfd_poll(fd, 0), 0);
	CHECK_INT(pidfd_signal(fd, SIGKILL), 0);
	CHECK_INT(pidfd_poll(fd, 5000), 1);
	CHECK_INT(pidfd_wait(fd, 5000, &status, NULL), 1);
	CHECK(WIFSIGNALED(status));
	CHECK_INT(proc_exit_code(status), 137);
	close(fd);
}

static void on_alarm(int sig _unused_)
{
}

TEST(interrupted_wait_keeps_its_limit)
{
	struct sigaction act = { .sa_handler = on_alarm }, old;
	int fd = pidfd_open_(child_that_waits()), status;
	int64_t start = monotonic_ms();

	sigaction(SIGALRM, &act, &old);
	ualarm(10000, 0);
	CHECK_INT(pidfd_poll(fd, 60), 0);
	CHECK(monotonic_ms() - start >= 59);
	pidfd_signal(fd, SIGKILL);
	ualarm(10000, 0);
	CHECK_INT(pidfd_wait(fd, -1, &status, NULL), 1);
	ualarm(0, 0);
	sigaction(SIGALRM, &old, NULL);
	close(fd);
}

/* In a child that ignores and catches some, the C library's own two among them. */
static void child_defaults(int proc)
{
	static const int sigs[] = { SIGHUP, SIGUSR1, SIGPIPE, 32, 33, 34, 64 };
	unsigned long ignore[4] = { (unsigned long)(uintptr_t)SIG_IGN }, now[4];

	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		syscall(SYS_rt_sigaction, sigs[i], ignore, NULL, 8UL);
	signal(SIGUSR2, on_alarm);
	signals_default(proc);
	for (int sig = 1; sig <= 64; sig++)
		if (syscall(SYS_rt_sigaction, sig, NULL, now, 8UL) == 0 && now[0])
			_exit(sig);
	_exit(0);
}

TEST(default_signals)
{
	/* Not asked, told by /proc, and told by what is no /proc. */
	int status, handles[] = { -1, procfs_open_root(NULL), open("/", O_PATH | O_CLOEXEC) };

	for (size_t i = 0; i < ARRAY_SIZE(handles); i++) {
		pid_t pid = fork();

		if (pid == 0)
			child_defaults(handles[i]);
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK_INT(status, 0);
	}
	close(handles[1]);
	close(handles[2]);
}

TEST(bad_descriptors)
{
	int status;

	CHECK_INT(pidfd_open_(-1), -1);
	CHECK_INT(pidfd_poll(1000000, 0), -EBADF);
	CHECK_INT(pidfd_signal(1000000, SIGTERM), -EBADF);
	CHECK_INT(pidfd_wait(1000000, 0, &status, NULL), -EBADF);
}

TEST_MAIN
