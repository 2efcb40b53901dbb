/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEGABYTE (1024 * 1024)

/* Runs "sh -c script" with everything else as @run says. */
static int shell(struct proc_run run, const char *script, struct err *e)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL };

	run.path = "/bin/sh";
	run.argv = argv;
	if (run.timeout_ms == 0)
		run.timeout_ms = 20000;
	return proc_run(&run, e);
}

TEST(status_and_output)
{
	autostr out = { 0 };
	struct proc_run run = { .output = &out, .output_max = 100 };

	CHECK_INT(shell(run, "echo out; echo err >&2; exit 3", NULL), 3 << 8);
	CHECK_STR(out.p, "out\nerr\n");
	CHECK_INT(shell(run, "kill -9 $$", NULL), SIGKILL);
	CHECK_INT(shell((struct proc_run){ 0 }, "echo nobody listens", NULL), 0);
}

TEST(environment_and_directory)
{
	char *env[] = { (char *)"A=b c", NULL };
	autostr out = { 0 };
	struct proc_run run = { .output = &out, .output_max = 1000, .env = env, .cwd = "/usr" };

	CHECK_INT(shell(run, "echo $A; pwd", NULL), 0);
	CHECK_STR(out.p, "b c\n/usr\n");
	str_reset(&out);
	run.env = NULL;
	CHECK_INT(shell(run, "echo ${HOME-none}", NULL), 0);
	CHECK_STR(out.p, "none\n");
}

TEST(cannot_be_started)
{
	char *argv[] = { (char *)"x", NULL };
	struct proc_run run = { .path = "/no/such", .argv = argv };
	struct err e;

	CHECK_INT(proc_run(&run, &e), -ENOENT);
	CHECK_STR(e.text, "exec /no/such: no such file or directory");
	run.path = "/etc/passwd";
	CHECK_INT(proc_run(&run, &e), -EACCES);
	run.path = "/bin/true";
	run.cwd = "/no/dir";
	CHECK_INT(proc_run(&run, &e), -ENOENT);
	CHECK_STR(e.text, "chdir /no/dir: no such file or directory");
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
	CHECK_INT(errno, ECHILD);
}

TEST(input_is_fed_whole)
{
	size_t len = 3 * MEGABYTE;
	autofree char *input = xmalloc(len);
	autostr out = { 0 };
	struct proc_run run = {
		.input = input, .input_len = len, .output = &out, .output_max = 100
	};

	memset(input, 'i', len);
	CHECK_INT(shell(run, "wc -c", NULL), 0);
	CHECK_INT(atol(out.p), len);
	str_reset(&out);
	run.input_len = 0;
	CHECK_INT(shell(run, "wc -c; readlink /proc/self/fd/0 | cut -c1-4", NULL), 0);
	CHECK_HAS(out.p, "0\npipe");
	str_reset(&out);
	run.input = NULL;
	CHECK_INT(shell(run, "readlink /proc/self/fd/0", NULL), 0);
	CHECK_STR(out.p, "/dev/null\n");
}

TEST(input_that_is_refused)
{
	size_t len = MEGABYTE;
	autofree char *input = xcalloc(1, len);
	struct proc_run run = { .input = input, .input_len = len };
	sigset_t pending, mask, before;

	sigprocmask(SIG_SETMASK, NULL, &before);
	CHECK_INT(shell(run, "exec <&-; sleep 0.1; exit 5", NULL), 5 << 8);
	CHECK_INT(shell(run, "exit 6", NULL), 6 << 8);
	sigpending(&pending);
	CHECK(!sigismember(&pending, SIGPIPE));
	sigprocmask(SIG_SETMASK, NULL, &mask);
	CHECK_INT(sigismember(&mask, SIGPIPE), sigismember(&before, SIGPIPE));
}

TEST(output_is_bounded)
{
	autostr out = { 0 };
	struct proc_run run = { .output = &out, .output_max = 1000 };

	CHECK_INT(shell(run, "head -c 200000000 /dev/zero; exit 4", NULL), 4 << 8);
	CHECK_INT(out.len, 1000);
	CHECK(out.cap < 100000);
}

TEST(deadline)
{
	struct proc_run run = { .timeout_ms = 100 };
	int64_t start = monotonic_ms();
	autostr out = { 0 };
	struct err e;

	CHECK_INT(shell(run, "sleep 30", &e), -ETIMEDOUT);
	CHECK_STR(e.text, "/bin/sh did not end within 100 ms");
	CHECK_INT(shell(run, "trap '' TERM INT; while :; do :; done", NULL), -ETIMEDOUT);
	run.output = &out;
	CHECK_INT(shell(run, "yes", NULL), -ETIMEDOUT);
	CHECK(monotonic_ms() - start < 5000);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
}

TEST(grandchild_that_keeps_the_pipe)
{
	autostr out = { 0 };
	struct proc_run run = { .output = &out, .output_max = 100 };
	int64_t start = monotonic_ms();
	pid_t pid;

	CHECK_INT(shell(run, "sleep 30 & echo $!", NULL), 0);
	CHECK(monotonic_ms() - start < 5000);
	pid = atoi(out.p ? out.p : "");
	CHECK(pid > 0);
	/* Killed; whoever adopted it reaps it. */
	for (int i = 0; i < 500 && pid > 0 && kill(pid, 0) == 0; i++) {
		char path[64], text[256] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 || strstr(text, ") Z "))
			pid = 0;
		fd_close_p(&fd);
		usleep(10000);
	}
	CHECK(pid == 0 || kill(pid, 0) < 0);
}

TEST(it_dies_with_the_caller)
{
	int ready[2], status;
	char pid_text[32] = "";
	pid_t caller, program;

	CHECK_INT(pipe2(ready, O_CLOEXEC), 0);
	caller = fork();
	if (caller == 0) {
		/* Its output goes to a pipe that outlives us, through a descriptor of ours. */
		char fd_path[32];
		char *argv[] = { "sh", "-c", "echo $$ > \"$0\"; exec sleep 60", fd_path, NULL };
		struct proc_run run = { .path = "/bin/sh", .argv = argv };

		snprintf(fd_path, sizeof(fd_path), "/proc/%d/fd/%d", (int)getpid(), ready[1]);
		_exit(proc_run(&run, NULL) < 0 ? 1 : 0);
	}
	CHECK(read(ready[0], pid_text, sizeof(pid_text) - 1) > 0);
	program = (pid_t)atoi(pid_text);
	CHECK(program > 0);
	CHECK_INT(kill(program, 0), 0);
	int pidfd = pidfd_open_(program);
	CHECK(pidfd >= 0);
	kill(caller, SIGKILL);
	CHECK_INT(waitpid(caller, &status, 0), caller);
	CHECK_INT(pidfd_poll(pidfd, 5000), 1);
	close(pidfd);
	close(ready[0]);
	close(ready[1]);
}

TEST(clean_signals_and_descriptors)
{
	autostr out = { 0 };
	struct proc_run run = { .output = &out, .output_max = 1000 };
	int leaked = dup2(0, 200);
	sigset_t set, old;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &old);
	signal(SIGUSR1, SIG_IGN);
	CHECK_INT(shell(run, "grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd", NULL),
		  0);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(leaked);
	CHECK_STR(out.p, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0\n1\n2\n3\n");
}

TEST(without_standard_descriptors)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		autostr out = { 0 };
		struct proc_run run = {
			.input = "text", .input_len = 4, .output = &out, .output_max = 100
		};
		int r;

		close(0);
		close(1);
		close(2);
		r = shell(run, "cat; echo err >&2", NULL);
		_exit(r == 0 && out.p && str_eq(out.p, "texterr\n") ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
}

TEST_MAIN
