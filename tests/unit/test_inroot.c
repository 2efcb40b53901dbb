/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inroot.h"
#include "core/openat2.h"
#include "core/proc.h"
#include "test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORM_MS 1000

/* A directory with "root" and, beside it, "outside", which nothing may touch. */
struct tree {
	char path[64];
	int top, root;
};

static void tree_make(struct tree *t)
{
	strcpy(t->path, "/tmp/test_inroot.XXXXXX");
	if (!mkdtemp(t->path))
		abort();
	t->top = open(t->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdirat(t->top, "root", 0755);
	mkdirat(t->top, "outside", 0755);
	t->root = openat(t->top, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (t->top < 0 || t->root < 0)
		abort();
	umask(022);
}

static void remove_below(int dir, const char *name)
{
	DIR *d;
	struct dirent *ent;

	if (unlinkat(dir, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
		return;
	d = fdopendir(openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	while (d && (ent = readdir(d)))
		if (!str_eq(ent->d_name, ".") && !str_eq(ent->d_name, ".."))
			remove_below(dirfd(d), ent->d_name);
	closedir(d);
	unlinkat(dir, name, AT_REMOVEDIR);
}

static void tree_remove(struct tree *t)
{
	close(t->top);
	close(t->root);
	remove_below(AT_FDCWD, t->path);
}

/* Entries of a directory, without "." and "..". */
static int count_entries(int dir, const char *name)
{
	DIR *d = fdopendir(openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int n = -2;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void put_file(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static int open_and_close(int root, const char *path, int flags)
{
	int fd = inroot_open(root, path, flags, NULL);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* The text of a file found below the root, or "". */
static const char *text_of(int root, const char *path)
{
	static char text[64];
	int fd = inroot_open(root, path, O_RDONLY, NULL);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void check_hostile(const struct tree *t)
{
	char chain[16], target[16], long_name[NAME_MAX + 2], long_path[PATH_MAX + 2];
	int r = t->root;

	put_file(t->top, "secret", "outside");
	mkdirat(r, "d", 0755);
	put_file(r, "secret", "inside");
	put_file(r, "d/f", "in d");
	CHECK_INT(symlinkat("/secret", r, "abs"), 0);
	CHECK_INT(symlinkat("../../../secret", r, "d/up"), 0);
	CHECK_INT(symlinkat("..", r, "d/parent"), 0);
	CHECK_INT(symlinkat("loop2", r, "loop1"), 0);
	CHECK_INT(symlinkat("loop1", r, "loop2"), 0);
	CHECK_INT(symlinkat("nowhere", r, "dangling"), 0);
	CHECK_INT(symlinkat("d/", r, "slashed"), 0);
	CHECK_INT(symlinkat(".", r, "dot"), 0);

	CHECK_STR(text_of(r, "/secret"), "inside");
	CHECK_STR(text_of(r, "abs"), "inside");
	CHECK_STR(text_of(r, "../../secret"), "inside");
	CHECK_STR(text_of(r, "d/../../../secret"), "inside");
	CHECK_STR(text_of(r, "d/up"), "inside");
	CHECK_STR(text_of(r, "d/parent/secret"), "inside");
	CHECK_STR(text_of(r, "d/parent/../secret"), "inside");
	CHECK_STR(text_of(r, "slashed/f"), "in d");
	CHECK_STR(text_of(r, "//dot///dot/./d//f"), "in d");
	CHECK_INT(open_and_close(r, "loop1", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(r, "loop1/x", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(r, "dangling", O_RDONLY), -ENOENT);
	CHECK_INT(open_and_close(r, "", O_RDONLY), -ENOENT);
	CHECK_INT(open_and_close(r, "/", O_PATH), 0);
	CHECK_INT(open_and_close(r, "..", O_RDONLY), 0);
	CHECK_INT(open_and_close(r, "secret/x", O_PATH), -ENOTDIR);
	CHECK_INT(open_and_close(r, "secret/", O_PATH), -ENOTDIR);
	CHECK_INT(open_and_close(r, "secret/.", O_PATH), -ENOTDIR);
	CHECK_INT(open_and_close(r, "secret/..", O_PATH), -ENOTDIR);
	CHECK_INT(open_and_close(r, "none/../secret", O_PATH), -ENOENT);
	CHECK_INT(open_and_close(r, "secret", O_PATH | O_DIRECTORY), -ENOTDIR);
	CHECK_INT(open_and_close(r, "d/", O_RDONLY | O_DIRECTORY), 0);
	CHECK_INT(open_and_close(r, "d/", O_WRONLY), -EISDIR);
	CHECK_INT(open_and_close(r, "abs", O_RDONLY | O_NOFOLLOW), -ELOOP);
	CHECK_INT(open_and_close(r, "abs", O_PATH | O_NOFOLLOW), 0);
	CHECK_INT(open_and_close(r, "abs", O_PATH | O_NOFOLLOW | O_DIRECTORY), -ENOTDIR);
	CHECK_INT(open_and_close(r, "secret", O_RDWR | O_CREAT), -EINVAL);

	/* The kernel follows forty links and not one more. */
	CHECK_INT(symlinkat("secret", r, "c1"), 0);
	for (int i = 2; i <= 41; i++) {
		snprintf(chain, sizeof(chain), "c%d", i);
		snprintf(target, sizeof(target), "c%d", i - 1);
		CHECK_INT(symlinkat(target, r, chain), 0);
	}
	CHECK_INT(open_and_close(r, "c40", O_RDONLY), 0);
	CHECK_INT(open_and_close(r, "c41", O_RDONLY), -ELOOP);

	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[NAME_MAX + 1] = '\0';
	CHECK_INT(open_and_close(r, long_name, O_PATH), -ENAMETOOLONG);
	for (size_t i = 0; i < sizeof(long_path) - 1; i++)
		long_path[i] = i % 2 ? '/' : '.';
	long_path[PATH_MAX] = '\0';
	CHECK_INT(open_and_close(r, long_path, O_PATH), -ENAMETOOLONG);
	long_path[PATH_MAX - 1] = '\0';
	CHECK_INT(open_and_close(r, long_path, O_PATH), 0);
}

static void with_tree(void (*check)(const struct tree *), bool walk)
{
	struct tree t;

	tree_make(&t);
	inroot_force_walk(walk);
	check(&t);
	inroot_force_walk(false);
	CHECK_INT(count_entries(t.top, "outside"), 0);
	tree_remove(&t);
}

TEST(hostile_tree_openat2)
{
	with_tree(check_hostile, false);
}
TEST(hostile_tree_walk)
{
	with_tree(check_hostile, true);
}

static mode_t mode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_mode : 0;
}

static void check_mkdir(const struct tree *t)
{
	char abs_outside[128];
	int r = t->root, fd;

	fd = inroot_mkdir_all(r, "/a/b//c/", 0750, NULL);
	CHECK_INT(mode_of(fd), S_IFDIR | 0750);
	close(fd);
	close(inroot_mkdir_all(r, "a/b/c", 0700, NULL));
	CHECK_INT(faccessat(r, "a/b/c", F_OK, 0), 0);

	/* A dangling link's target is made inside, whatever it says. */
	snprintf(abs_outside, sizeof(abs_outside), "%s/outside/new", t->path);
	CHECK_INT(symlinkat(abs_outside, r, "dangling"), 0);
	fd = inroot_mkdir_all(r, "dangling/x", 0755, NULL);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(open_and_close(r, abs_outside, O_PATH | O_DIRECTORY), 0);
	CHECK_INT(symlinkat("../../outside/y", r, "up"), 0);
	close(inroot_mkdir_all(r, "up", 0755, NULL));
	CHECK_INT(faccessat(r, "outside/y", F_OK, 0), 0);

	mkdirat(r, "setgid", 0755);
	CHECK_INT(fchmodat(r, "setgid", 02755, 0), 0);
	fd = inroot_mkdir_all(r, "setgid/below", 0755, NULL);
	CHECK_INT(mode_of(fd), S_IFDIR | S_ISGID | 0755);
	close(fd);

	put_file(r, "file", "");
	CHECK_INT(inroot_mkdir_all(r, "file", 0755, NULL), -ENOTDIR);
	CHECK_INT(inroot_mkdir_all(r, "file/x", 0755, NULL), -ENOTDIR);
	CHECK_INT(inroot_mkdir_all(r, "", 0755, NULL), -ENOENT);
	CHECK_INT(symlinkat("self", r, "self"), 0);
	CHECK_INT(inroot_mkdir_all(r, "self/x", 0755, NULL), -ELOOP);
	fd = inroot_mkdir_all(r, "/", 0755, NULL);
	CHECK(fd >= 0);
	close(fd);
}

TEST(mkdir_all_openat2)
{
	with_tree(check_mkdir, false);
}
TEST(mkdir_all_walk)
{
	with_tree(check_mkdir, true);
}

static void check_touch(const struct tree *t)
{
	char name[NAME_MAX + 1] = "unchanged";
	int r = t->root, fd;

	fd = inroot_touch(r, "x/y/file", 0640, NULL);
	CHECK_INT(mode_of(fd), S_IFREG | 0640);
	CHECK(fcntl(fd, F_GETFL) & O_PATH);
	close(fd);
	put_file(r, "full", "kept");
	close(inroot_touch(r, "full", 0600, NULL));
	CHECK_STR(text_of(r, "full"), "kept");
	CHECK_INT(symlinkat("/../../outside/f", r, "dangling"), 0);
	close(inroot_touch(r, "dangling", 0644, NULL));
	CHECK_INT(faccessat(r, "outside/f", F_OK, 0), 0);
	close(inroot_touch(r, "slash/", 0644, NULL));
	CHECK_INT(open_and_close(r, "slash", O_RDONLY), 0);
	CHECK_INT(inroot_touch(r, "x", 0644, NULL), -EISDIR);
	CHECK_INT(inroot_touch(r, "full/below", 0644, NULL), -ENOTDIR);

	fd = inroot_open_parent(r, "/x/y/node/", 0, name, NULL);
	CHECK_STR(name, "node");
	CHECK_INT(faccessat(fd, "file", F_OK, 0), 0);
	close(fd);
	close(inroot_open_parent(r, "top", 0, name, NULL));
	CHECK_STR(name, "top");
	CHECK_INT(inroot_open_parent(r, "new/dir/node", 0, name, NULL), -ENOENT);
	CHECK_STR(name, "top");
	fd = inroot_open_parent(r, "new/dir/node", 0755, name, NULL);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(open_and_close(r, "new/dir", O_PATH), 0);
	CHECK_INT(open_and_close(r, "new/dir/node", O_PATH), -ENOENT);
	CHECK_INT(inroot_open_parent(r, "/", 0755, name, NULL), -EINVAL);
	CHECK_INT(inroot_open_parent(r, "", 0755, name, NULL), -EINVAL);
	CHECK_INT(inroot_open_parent(r, "x/..", 0755, name, NULL), -EINVAL);
	CHECK_INT(inroot_open_parent(r, "x/.", 0755, name, NULL), -EINVAL);
}

TEST(touch_and_parent_openat2)
{
	with_tree(check_touch, false);
}
TEST(touch_and_parent_walk)
{
	with_tree(check_touch, true);
}

TEST(messages_name_the_path)
{
	struct err e = { 0 };
	struct tree t;

	tree_make(&t);
	CHECK_INT(inroot_open(t.root, "no/such", O_PATH, &e), -ENOENT);
	CHECK_INT(e.num, ENOENT);
	CHECK_HAS(e.text, "no/such");
	CHECK_HAS(e.text, "no such file or directory");
	tree_remove(&t);
}

static int open_plain_and_close(int root, const char *path)
{
	int fd = inroot_open_plain(root, path, O_PATH);

	return fd < 0 ? fd : close(fd);
}

TEST(plain_follows_no_symlink)
{
	struct tree t;

	tree_make(&t);
	mkdirat(t.root, "dir", 0755);
	mkdirat(t.root, "dir/sub", 0755);
	CHECK_INT(symlinkat("dir", t.root, "link"), 0);
	CHECK_INT(symlinkat("/dir", t.root, "dir/up"), 0);
	if (open_plain_and_close(t.root, "/") == -ENOSYS)
		SKIP("no openat2");
	CHECK_INT(open_plain_and_close(t.root, "/dir/sub"), 0);
	CHECK_INT(open_plain_and_close(t.root, "/dir/none"), -ENOENT);
	CHECK_INT(open_plain_and_close(t.root, "/link"), -ELOOP);
	CHECK_INT(open_plain_and_close(t.root, "/link/sub"), -ELOOP);
	CHECK_INT(open_plain_and_close(t.root, "/dir/up/sub"), -ELOOP);
	CHECK_INT(open_plain_and_close(t.root, "/../outside"), -ENOENT);
	openat2_disable(true);
	CHECK_INT(open_plain_and_close(t.root, "/dir"), -ENOSYS);
	openat2_disable(false);
	tree_remove(&t);
}

/* Magic links lead out of any root. /proc is a root here, so that no mount is needed. */
static void check_magic(bool walk)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	inroot_force_walk(walk);
	CHECK_INT(open_and_close(proc, "self/status", O_RDONLY), 0);
	CHECK_INT(open_and_close(proc, "mounts", O_RDONLY), 0);
	CHECK_INT(open_and_close(proc, "self/root", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/root/etc", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/fd/0", O_PATH), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/exe", O_RDONLY), -ELOOP);
	CHECK_INT(open_and_close(proc, "self/exe", O_PATH | O_NOFOLLOW), 0);
	inroot_force_walk(false);
	close(proc);
}

TEST(magic_links_openat2)
{
	check_magic(false);
}
TEST(magic_links_walk)
{
	check_magic(true);
}

TEST(walk_closes_what_it_opened)
{
	struct tree t;
	int before, after;

	tree_make(&t);
	inroot_force_walk(true);
	before = dup(0);
	close(before);
	close(inroot_mkdir_all(t.root, "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", 0755, NULL));
	CHECK_INT(inroot_open(t.root, "1/2/3/none/x", O_PATH, NULL), -ENOENT);
	CHECK_INT(inroot_open(t.root, "1/2/../../../1/2/none", O_PATH, NULL), -ENOENT);
	inroot_force_walk(false);
	after = dup(0);
	close(after);
	CHECK_INT(after, before);
	tree_remove(&t);
}

/* A second process swaps a directory with symlinks that lead out, as fast as it can. */
static _Noreturn void storm(const struct tree *t)
{
	for (;;) {
		syscall(SYS_renameat2, t->root, "swap", t->root, "evil", 2 /* RENAME_EXCHANGE */);
		syscall(SYS_renameat2, t->root, "swap", t->root, "evil2", 2);
		renameat(t->root, "swap/sub", t->root, "swap/moved");
		renameat(t->root, "swap/moved", t->root, "swap/sub");
	}
}

static void check_storm(const struct tree *t)
{
	int64_t end = monotonic_ms() + STORM_MS;
	char outside[128], path[64];
	int opened = 0;
	pid_t pid;

	snprintf(outside, sizeof(outside), "%s/outside", t->path);
	mkdirat(t->root, "swap", 0755);
	mkdirat(t->root, "swap/sub", 0755);
	CHECK_INT(symlinkat(outside, t->root, "evil"), 0);
	CHECK_INT(symlinkat("../outside", t->root, "evil2"), 0);
	pid = fork();
	if (pid == 0)
		storm(t);
	for (int i = 0; monotonic_ms() < end; i++) {
		int fd;

		snprintf(path, sizeof(path), "swap/sub/../n%d/deep", i % 100);
		fd = inroot_mkdir_all(t->root, path, 0755, NULL);
		opened += fd >= 0;
		fd_close_p(&fd);
		snprintf(path, sizeof(path), "swap/f%d", i % 100);
		fd = inroot_touch(t->root, path, 0644, NULL);
		opened += fd >= 0;
		fd_close_p(&fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(opened > 0);
}

TEST(rename_storm_openat2)
{
	with_tree(check_storm, false);
}
TEST(rename_storm_walk)
{
	with_tree(check_storm, true);
}

TEST_MAIN
