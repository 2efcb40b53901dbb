/* SPDX-License-Identifier: Apache-2.0 */
#include "core/openat2.h"
#include "core/procfs.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int parse(const char *text, struct proc_stat *out)
{
	return proc_stat_parse(text, strlen(text), out);
}

#define NUMBERS                                                                                    \
	"1 2 3 0 -1 4194368 7 8 9 10 11 12 13 14 20 0 1 0 987654321 4096 5 18446744073709551615"

TEST(stat_text)
{
	struct proc_stat s = { 0 };

	CHECK_INT(parse("42 (sh) S " NUMBERS "\n", &s), 0);
	CHECK_INT(s.state, 'S');
	CHECK_INT(s.start_time, 987654321);
	CHECK_INT(s.kernel_flags, 4194368);
	CHECK(s.kernel_flags & PROC_PF_FORKNOEXEC);
	CHECK_INT(parse("42 (a) Z 9 (b) \n) R " NUMBERS, &s), 0);
	CHECK_INT(s.state, 'R');
	CHECK_INT(parse("42 () T " NUMBERS, &s), 0);
	CHECK_INT(s.state, 'T');
	CHECK_INT(s.exit_status, 0);
	CHECK_INT(parse("42 (x) Z " NUMBERS " 0 31\n", &s), 0);
	CHECK_INT(s.exit_status, 31);
	CHECK_INT(parse("42 (x) Z " NUMBERS " 31 x\n", &s), 0);
	CHECK_INT(s.exit_status, 0);
	/* The start time may be the last number there is. */
	CHECK_INT(parse("1 (x) D 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77", &s), 0);
	CHECK_INT(s.start_time, 77);
}

TEST(stat_text_that_is_wrong)
{
	static const char *const bad[] = {
		"",
		")",
		"1 (x)",
		"1 (x) ",
		"1 (x) S",
		"1 (x) S ",
		"1 x S " NUMBERS,
		"1 (x)S " NUMBERS,
		"1 (x) S 1 2 3",
		"1 (x) S a b c",
		"1 (x) SS " NUMBERS,
		"1 (x) S 1 2 3 4 5 99999999999999999999 7 8 9 10 11 12 13 14 15 16 17 18 19",
		"1 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77x",
		"1 (x) S 1 2 3 4 - 6 7 8 9 10 11 12 13 14 15 16 17 18 77",
	};
	struct proc_stat s = { .state = '?', .start_time = 5 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(parse(bad[i], &s), -EINVAL);
	CHECK_INT(s.state, '?');
	CHECK_INT(s.start_time, 5);
}

static int open_and_close(int proc, const char *path, int flags)
{
	int fd = procfs_open(proc, path, flags, NULL);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void check_paths(void)
{
	int proc = procfs_open_root(NULL), fd;
	struct err e = { 0 };
	autostr text = { 0 };
	char own[64];

	CHECK(proc >= 0);
	CHECK_INT(procfs_read(proc, "self/stat", 4096, &text, NULL), 0);
	snprintf(own, sizeof(own), "%d (", getpid());
	CHECK(text.p && str_starts(text.p, own));
	CHECK_INT(open_and_close(proc, "thread-self/status", O_RDONLY), 0);
	CHECK_INT(open_and_close(proc, "sys/kernel/random/boot_id", O_RDONLY), 0);
	CHECK_INT(open_and_close(proc, "self/", O_PATH | O_DIRECTORY), 0);
	CHECK_INT(open_and_close(proc, "sys/kernel/", O_RDONLY | O_DIRECTORY), 0);
	CHECK_INT(open_and_close(proc, "self", O_RDONLY), -ELOOP);
	CHECK_INT(open_and_close(proc, "mounts", O_RDONLY), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/exe", O_RDONLY), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/root/etc", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(proc, "../etc/passwd", O_RDONLY), -EXDEV);
	CHECK_INT(open_and_close(proc, "/proc/self/stat", O_RDONLY), -EXDEV);
	CHECK_INT(open_and_close(proc, "", O_RDONLY), -ENOENT);
	CHECK_INT(open_and_close(proc, "self/none", O_RDONLY), -ENOENT);
	CHECK_INT(open_and_close(proc, "self/stat/x", O_RDONLY), -ENOTDIR);
	CHECK_INT(procfs_open(proc, "self/none", O_RDONLY, &e), -ENOENT);
	CHECK_STR(e.text, "open /proc/self/none: no such file or directory");

	fd = procfs_open_link(proc, "self/ns/uts", O_RDONLY, NULL);
	CHECK(fd >= 0);
	close(fd);
	fd = procfs_open_link(proc, "self/root", O_PATH | O_DIRECTORY, NULL);
	CHECK(fd >= 0 && faccessat(fd, "proc", F_OK, 0) == 0);
	close(fd);
	CHECK_INT(procfs_open_link(proc, "mounts", O_RDONLY, NULL), -EINVAL);
	CHECK_INT(procfs_open_link(proc, "self/ns/none", O_RDONLY, NULL), -ENOENT);
	CHECK_INT(procfs_open_link(proc, "self/root/etc/passwd", O_RDONLY, NULL), -ELOOP);

	CHECK_INT(procfs_write(proc, "self/comm", "renamed", 7, NULL), 0);
	str_reset(&text);
	CHECK_INT(procfs_read(proc, "self/comm", 64, &text, NULL), 0);
	CHECK_STR(text.p, "renamed\n");
	CHECK(procfs_read(proc, "self/status", 10, &text, NULL) == -EFBIG);
	close(proc);
}

TEST(paths_openat2)
{
	check_paths();
}

TEST(paths_walk)
{
	openat2_disable(true);
	check_paths();
	openat2_disable(false);
}

TEST(processes)
{
	int proc = procfs_open_root(NULL), status;
	struct proc_stat s = { 0 }, again = { 0 };
	char id[37];
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "a) R 1\n(", 0, 0, 0);
		for (;;)
			pause();
	}
	CHECK_INT(procfs_stat(proc, pid, &s, NULL), 1);
	CHECK(s.start_time > 0);
	CHECK(s.kernel_flags & PROC_PF_FORKNOEXEC);
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	CHECK_INT(procfs_stat(proc, pid, &again, NULL), 1);
	CHECK_INT(again.state, 'Z');
	CHECK_INT(again.start_time, s.start_time);
	waitpid(pid, &status, 0);
	CHECK_INT(procfs_stat(proc, pid, &s, NULL), 0);
	CHECK_INT(procfs_stat(proc, 0, &s, NULL), 0);
	CHECK_INT(procfs_stat(proc, -1, &s, NULL), 0);
	CHECK_INT(procfs_boot_id(proc, id, NULL), 0);
	CHECK_INT(strlen(id), 36);
	CHECK_INT(id[8], '-');
	close(proc);
}

/* What an attacker can mount over /proc; returns a bit for each that was let through. */
static int attack(void)
{
	int missed = 0, proc;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	if (mount("/proc/self/status", "/proc/self/limits", NULL, MS_BIND, NULL) < 0 ||
	    mount("tmpfs", "/proc/self/fdinfo", "tmpfs", 0, NULL) < 0 ||
	    mount("proc", "/proc/self/net", "proc", 0, NULL) < 0)
		return -1;
	proc = procfs_open_root(NULL);
	if (open_and_close(proc, "self/limits", O_RDONLY) != -EXDEV)
		missed |= 1;
	if (open_and_close(proc, "self/fdinfo/0", O_RDONLY) != -EXDEV)
		missed |= 2;
	if (open_and_close(proc, "self/net/self", O_PATH | O_NOFOLLOW) != -EXDEV)
		missed |= 4;
	if (procfs_open_link(proc, "self/net/self", O_PATH, NULL) != -EXDEV)
		missed |= 8;
	if (open_and_close(proc, "self/status", O_RDONLY) != 0)
		missed |= 16;
	close(proc);
	if (mount("/proc/sys", "/proc", NULL, MS_BIND, NULL) < 0)
		return -1;
	if (procfs_open_root(NULL) != -EXDEV)
		missed |= 32;
	if (mount("tmpfs", "/proc", "tmpfs", 0, NULL) < 0)
		return -1;
	if (procfs_open_root(NULL) != -EXDEV)
		missed |= 64;
	return missed;
}

static void check_attack(void)
{
	int status = 0;
	pid_t pid;

	if (geteuid() != 0)
		SKIP("mounts need root");
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0)
			_exit(255);
		_exit(attack() & 0xff);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 255)
		SKIP("no mount namespace, or no mount, can be made here");
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(overmounts_openat2)
{
	check_attack();
}

TEST(overmounts_walk)
{
	openat2_disable(true);
	check_attack();
	openat2_disable(false);
}

TEST_MAIN
