/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of its own for each test, emptied and removed by leave(). */
struct place {
	char path[64];
	int fd;
};

static struct place enter(void)
{
	struct place p = { "/tmp/test_file.XXXXXX", -1 };

	if (!mkdtemp(p.path))
		abort();
	p.fd = open(p.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p;
}

/* Removes the files; returns how many there were. */
static int leave(struct place *p)
{
	DIR *d = opendir(p->path);
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(d))) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		n++;
		if (unlinkat(p->fd, entry->d_name, 0) < 0)
			(void)unlinkat(p->fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(d);
	fd_close(p->fd);
	(void)rmdir(p->path);
	return n;
}

TEST(creates_and_reads)
{
	struct place p = enter();
	autostr s = { 0 };
	struct err e;
	struct stat st;

	CHECK_INT(file_create(p.fd, "a", 0600, "one\0two", 7, &e), 0);
	CHECK_INT(file_create(p.fd, "a", 0600, "x", 1, &e), -EEXIST);
	CHECK_STR(e.text, "open a: file exists");
	CHECK_INT(fstatat(p.fd, "a", &st, 0), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	str_add(&s, ">");
	CHECK_INT(file_read(p.fd, "a", 7, &s, &e), 0);
	CHECK_INT(s.len, 8);
	CHECK(memcmp(s.p, ">one\0two", 9) == 0);
	CHECK_INT(leave(&p), 1);
}

TEST(reading_has_a_limit)
{
	struct place p = enter();
	autofree char *big = xcalloc(1, 100000);
	autostr s = { 0 };
	struct err e;

	str_add(&s, "kept");
	CHECK_INT(file_create(p.fd, "a", 0600, big, 100000, &e), 0);
	CHECK_INT(file_read(p.fd, "a", 99999, &s, &e), -EFBIG);
	CHECK_STR(e.text, "a: larger than 99999 bytes");
	CHECK_STR(s.p, "kept");
	CHECK_INT(file_read(p.fd, "a", 0, &s, NULL), -EFBIG);
	CHECK_INT(file_read(p.fd, "a", 100000, &s, &e), 0);
	CHECK_INT(s.len, 100004);
	CHECK_INT(leave(&p), 1);
}

TEST(only_regular_files_are_read)
{
	struct place p = enter();
	autostr s = { 0 };
	struct err e;

	CHECK_INT(mkfifoat(p.fd, "fifo", 0600), 0);
	CHECK_INT(file_read(p.fd, "fifo", 10, &s, &e), -EINVAL);
	CHECK_STR(e.text, "fifo: not a regular file");
	CHECK_INT(file_read(AT_FDCWD, "/dev/zero", 10, &s, &e), -EINVAL);
	CHECK_INT(file_read(AT_FDCWD, p.path, 10, &s, &e), -EINVAL);
	CHECK_INT(file_read(p.fd, "none", 10, &s, &e), -ENOENT);
	CHECK_STR(e.text, "open none: no such file or directory");
	CHECK_INT(file_read(AT_FDCWD, "/proc/self/stat", 4096, &s, &e), 0);
	CHECK(s.len > 10);
	CHECK_INT(leave(&p), 1);
}

TEST(pipes_are_read_to_their_end)
{
	autofd int in = -1, out = -1;
	autostr s = { 0 };
	int fds[2];

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	in = fds[0];
	out = fds[1];
	CHECK_INT(fd_write_all(out, "some text", 9, NULL), 0);
	out = fd_close(out);
	CHECK_INT(fd_read_all(in, 100, &s, NULL), 0);
	CHECK_STR(s.p, "some text");
}

TEST(writes_to_existing_files)
{
	struct place p = enter();
	autostr s = { 0 };
	struct err e;

	CHECK_INT(file_write_at(p.fd, "limit", "5\n", &e), -ENOENT);
	CHECK_INT(file_create(p.fd, "limit", 0600, "", 0, &e), 0);
	CHECK_INT(file_write_at(p.fd, "limit", "5\n", &e), 0);
	CHECK_INT(file_read(p.fd, "limit", 10, &s, &e), 0);
	CHECK_STR(s.p, "5\n");
	CHECK_INT(file_write_at(AT_FDCWD, "/dev/full", "max\n", &e), -ENOSPC);
	CHECK_STR(e.text, "write \"max\" to /dev/full: no space left on device");
	CHECK_INT(leave(&p), 1);
}

TEST(replaces_whole)
{
	struct place p = enter();
	autofree char *path = xasprintf("%s/b", p.path);
	autostr s = { 0 };
	struct err e;
	struct stat st;

	CHECK_INT(file_replace(p.fd, "b", 0640, "long text", 9, 0, &e), 0);
	CHECK_INT(file_replace(AT_FDCWD, path, 0600, "short", 5, FILE_SYNC, &e), 0);
	CHECK_INT(file_replace(p.fd, "b", 0600, "short", 5, FILE_SYNC, &e), 0);
	CHECK_INT(file_read(p.fd, "b", 100, &s, &e), 0);
	CHECK_STR(s.p, "short");
	CHECK_INT(fstatat(p.fd, "b", &st, 0), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(leave(&p), 1);
}

TEST(failed_replacement_leaves_nothing)
{
	struct place p = enter();
	struct err e;

	CHECK_INT(mkdirat(p.fd, "d", 0700), 0);
	CHECK_INT(file_replace(p.fd, "d", 0600, "x", 1, 0, &e), -EISDIR);
	CHECK_HAS(e.text, "to d: is a directory");
	CHECK_INT(file_replace(p.fd, "none/x", 0600, "x", 1, 0, &e), -ENOENT);
	CHECK_INT(leave(&p), 1);
}

/* What a process left that was killed between its writing and its renaming goes; what one is at
 * stays, and names that only look like it. */
TEST(sweeps_what_was_left)
{
	static const char *const names[] = { ".a.0123456789abcdef", ".a.0123456789abcdeF",
					     "a.0123456789abcdef", ".0123456789abcdef",
					     ".b.fedcba9876543210" };
	struct place p = enter();
	int held = -1;
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_INT(file_create(p.fd, names[i], 0600, "x", 1, &e), 0);
	held = openat(p.fd, names[4], O_RDONLY | O_CLOEXEC);
	CHECK_INT(fd_lock(held, true, 0, &e), 0);
	CHECK_INT(file_sweep(p.fd, ".", &e), 0);
	CHECK_INT(faccessat(p.fd, names[0], F_OK, 0), -1);
	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		CHECK_INT(faccessat(p.fd, names[i], F_OK, 0), 0);
	close(held);
	CHECK_INT(file_sweep(p.fd, ".", &e), 0);
	CHECK_INT(file_sweep(p.fd, "none", &e), 0);
	CHECK_INT(leave(&p), 3);
}

TEST(makes_directories)
{
	struct place p = enter();
	autofree char *deep = xasprintf("%s/a//b/c/", p.path), *file = xasprintf("%s/f", p.path);
	autofree char *below = xasprintf("%s/f/x", p.path);
	struct err e;
	struct stat st;

	CHECK_INT(dir_make_all(deep, 0700, &e), 0);
	CHECK_INT(dir_make_all(deep, 0700, &e), 0);
	CHECK_INT(stat(deep, &st), 0);
	CHECK_INT(dir_make_all("/", 0700, &e), 0);
	CHECK_INT(dir_make_all("", 0700, &e), -ENOENT);
	CHECK_INT(file_create(p.fd, "f", 0600, "", 0, &e), 0);
	CHECK_INT(dir_make_all(file, 0700, &e), -ENOTDIR);
	CHECK_INT(dir_make_all(below, 0700, &e), -ENOTDIR);
	CHECK_INT(unlinkat(p.fd, "a/b/c", AT_REMOVEDIR), 0);
	CHECK_INT(unlinkat(p.fd, "a/b", AT_REMOVEDIR), 0);
	CHECK_INT(leave(&p), 2);
}

/* Takes the lock in another process, tells so, and keeps it until it is killed. */
static pid_t hold_lock(const char *path, bool exclusive)
{
	int told[2];
	char byte = 0;
	pid_t pid;

	CHECK_INT(pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		byte = fd_lock(fd, exclusive, 0, NULL) == 0 ? 'y' : 'n';
		if (write(told[1], &byte, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	CHECK_INT(read(told[0], &byte, 1), 1);
	CHECK_INT(byte, 'y');
	close(told[0]);
	close(told[1]);
	return pid;
}

TEST(a_lock_excludes_and_ends_with_its_process)
{
	struct place p = enter();
	struct err e = { 0 };
	int status;
	pid_t pid;

	pid = hold_lock(p.path, true);
	CHECK_INT(fd_lock(p.fd, false, 0, &e), -ETIMEDOUT);
	CHECK_INT(fd_lock(p.fd, true, 30, &e), -ETIMEDOUT);
	CHECK_HAS(e.text, "locked");
	kill(pid, SIGKILL);
	/* Waits until it is free, and not until the deadline. */
	CHECK_INT(fd_lock(p.fd, true, 10000, &e), 0);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	fd_unlock(p.fd);
	leave(&p);
}

TEST(a_shared_lock_is_shared)
{
	struct place p = enter();
	int status;
	pid_t pid = hold_lock(p.path, false);

	CHECK_INT(fd_lock(p.fd, false, 0, NULL), 0);
	fd_unlock(p.fd);
	CHECK_INT(fd_lock(p.fd, true, 0, NULL), -ETIMEDOUT);
	kill(pid, SIGKILL);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	leave(&p);
}

TEST_MAIN
