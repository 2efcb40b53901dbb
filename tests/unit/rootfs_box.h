/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rootfs_box.h - the fixture of the tests that build real file trees, as root.
 *
 * A box is one bundle in /tmp whose tree is built in namespaces of its own, looked at from inside,
 * and gone with them; nothing of the host is changed. Every box has a canary directory beside its
 * root, which must come out untouched.
 */
#ifndef TESTS_UNIT_ROOTFS_BOX_H
#define TESTS_UNIT_ROOTFS_BOX_H

#include "core/procfs.h"
#include "engine/cgroup/cgroup.h"
#include "engine/fs/mount.h"
#include "engine/fs/mountinfo.h"
#include "engine/fs/rootfs.h"
#include "test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* What `spec` prints, as far as the file tree is concerned. */
#define MOUNT_PROC "{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}"
#define MOUNT_DEV                                                                                  \
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","                       \
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]}"
#define MOUNT_REST                                                                                 \
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\",\"options\":"     \
	"[\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"      \
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\",\"options\":"         \
	"[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=65536k\"]},"                        \
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":\"mqueue\",\"options\":"  \
	"[\"nosuid\",\"noexec\",\"nodev\"]},"                                                      \
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\",\"options\":"           \
	"[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]}"
#define MOUNT_CGROUP                                                                               \
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\","           \
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"relatime\",\"ro\"]}"
#define MOUNTS_DEFAULT MOUNT_PROC "," MOUNT_DEV "," MOUNT_REST "," MOUNT_CGROUP
#define PATHS_DEFAULT                                                                              \
	",\"maskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/kcore\",\"/proc/keys\","        \
	"\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\","                      \
	"\"/proc/sched_debug\",\"/sys/firmware\",\"/proc/scsi\"],"                                 \
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","               \
	"\"/proc/sysrq-trigger\"]"
#define NAMESPACES                                                                                 \
	"\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"            \
	"{\"type\":\"uts\"},{\"type\":\"mount\"}]"
#define CONFIG(root, mounts, more)                                                                 \
	"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"rootfs\"" root "},\"process\":"            \
	"{\"args\":[\"true\"],\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0}},\"mounts\":[" mounts   \
	"],\"linux\":{" NAMESPACES more "}}"
#define READONLY ",\"readonly\":true"

#define NEEDS_ROOT                                                                                 \
	do {                                                                                       \
		if (!privileged())                                                                 \
			SKIP("needs root and busybox");                                            \
	} while (0)
#define BIND(dest, source, options)                                                                \
	"{\"destination\":\"" dest "\",\"source\":\"" source "\",\"options\":[" options "]}"
/* One container's file tree: made, looked at from inside, and gone. */
struct box {
	char dir[64]; /* the bundle */
	const char *config;
	void (*prepare)(struct box *); /* in the bundle, before; may be NULL */
	void (*inside)(struct box *);  /* in the container, after; may be NULL */
	void (*outside)(struct box *); /* in the bundle, afterwards; may be NULL */
	bool no_pivot;
	bool old_calls;
	bool userns; /* root inside is 100000 outside */
	bool cgroupns;
	bool console;
	const char *cgroup_path;
	struct {
		int num;
		struct err e;
		int failures;
	} * shared;
};

static _unused_ bool privileged(void)
{
	return geteuid() == 0 && access("/bin/busybox", X_OK) == 0;
}

static _unused_ void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(99);
}

static _unused_ char *path_in(const struct box *b, const char *name)
{
	return xasprintf("%s/%s", b->dir, name);
}

static _unused_ void make_dir(const struct box *b, const char *name)
{
	autofree char *path = path_in(b, name);

	must(mkdir(path, 0755) == 0, path);
}

static _unused_ void make_file(const struct box *b, const char *name, const char *text)
{
	autofree char *path = path_in(b, name);
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
}

static _unused_ void make_link(const struct box *b, const char *to, const char *name)
{
	autofree char *path = path_in(b, name);

	must(symlink(to, path) == 0, path);
}

static _unused_ void remove_tree(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--one-file-system", path, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* A pty of the container's own devpts, its slave by descriptor; both stay open, or it is gone. */
static _unused_ int console(struct rootfs *r, struct err *e)
{
	int pts = openat(r->root_fd, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave, n = 0;

	must(pts >= 0 && ioctl(pts, TIOCSPTLCK, &n) == 0, "ptmx");
	slave = ioctl(pts, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(slave >= 0, "TIOCGPTPEER");
	CHECK_INT(rootfs_console(r, pts, NULL), -ENOTTY);
	return rootfs_console(r, slave, e);
}

static _unused_ int build(struct box *b, struct rootfs *r, struct err *e)
{
	int n = rootfs_build(r, e);

	if (n >= 0 && b->console)
		n = console(r, e);
	if (n >= 0)
		n = rootfs_enter(r, e);
	if (n >= 0)
		n = rootfs_seal(r, e);
	if (n < 0)
		return n;
	must(chdir("/") == 0, "chdir");
	if (b->inside)
		b->inside(b);
	return 0;
}

/* pid 1 of the new namespaces. */
static _unused_ void run_init(struct box *b, struct rootfs *r)
{
	struct err e = { 0 };

	b->shared->num = build(b, r, &e);
	b->shared->e = e;
	b->shared->failures = test_failures;
	fflush(stdout);
	_exit(0);
}

static _unused_ void run_namespaces(struct box *b, struct rootfs *r, int ready, int go)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
	char c = 0;
	pid_t pid;

	flags |= b->userns ? CLONE_NEWUSER : 0;
	flags |= b->cgroupns ? CLONE_NEWCGROUP : 0;
	if (unshare(flags) < 0 || write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
		_exit(1);
	if (b->userns && (setgid(0) < 0 || setuid(0) < 0))
		_exit(1);
	pid = fork();
	if (pid == 0)
		run_init(b, r);
	waitpid(pid, NULL, 0);
	_exit(0);
}

static _unused_ void write_maps(const struct rootfs *r, pid_t pid)
{
	static const char text[] = "0 100000 65536\n";
	autofree char *uid = xasprintf("%d/uid_map", (int)pid);
	autofree char *gid = xasprintf("%d/gid_map", (int)pid);

	CHECK_INT(procfs_write(r->proc, uid, text, strlen(text), NULL), 0);
	CHECK_INT(procfs_write(r->proc, gid, text, strlen(text), NULL), 0);
}

static _unused_ void run_child(struct box *b, struct rootfs *r)
{
	int ready[2], go[2];
	char c = 0;
	pid_t pid;

	must(pipe2(ready, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0, "pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run_namespaces(b, r, ready[1], go[0]);
	CHECK_INT(read(ready[0], &c, 1), 1);
	if (b->userns)
		write_maps(r, pid);
	CHECK_INT(write(go[1], &c, 1), 1);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

static _unused_ void run_config(struct box *b, const struct oci_config *c)
{
	autofree char *root = path_in(b, "rootfs");
	struct rootfs r = {
		.config = c,
		.bundle = b->dir,
		.root_path = root,
		.no_pivot = b->no_pivot,
		.new_userns = b->userns,
		.joined_userns = -1,
		.new_cgroupns = b->cgroupns,
		.cgroup_path = b->cgroup_path ? b->cgroup_path : "/runlet-test-none",
	};

	r.proc = procfs_open_root(NULL);
	mount_force_old(b->old_calls);
	b->shared->num = rootfs_open(&r, &b->shared->e);
	if (b->shared->num >= 0) {
		b->shared->num = -ECHILD;
		run_child(b, &r);
	}
	rootfs_done(&r);
	fd_close_p(&r.proc);
	mount_force_old(false);
	test_failures += b->shared->failures;
}

static _unused_ void box_make(struct box *b)
{
	strcpy(b->dir, "/tmp/runlet-test-XXXXXX");
	must(mkdtemp(b->dir) != NULL, "mkdtemp");
	must(chmod(b->dir, 0755) == 0, "chmod");
	b->shared = mmap(NULL, sizeof(*b->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(b->shared != MAP_FAILED, "mmap");
	make_dir(b, "rootfs");
	make_dir(b, "canary");
	make_file(b, "canary/file", "untouched");
	if (b->prepare)
		b->prepare(b);
}

/* Nothing was made, changed or taken away in the canary's directory. */
static _unused_ void check_canary(const struct box *b)
{
	autofree char *dir = path_in(b, "canary"), *file = path_in(b, "canary/file");
	char text[16] = "";
	struct dirent *entry;
	int n = 0, fd = open(file, O_RDONLY | O_CLOEXEC);
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d)))
		n++;
	if (d)
		closedir(d);
	CHECK_INT(n, 3); /* ".", ".." and the file */
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	fd_close_p(&fd);
	CHECK_STR(text, "untouched");
}

/* Returns 0 or the -errno of the call that failed; the text is in e. */
static _unused_ int box_run(struct box *b, struct err *e)
{
	autoconfig *c = NULL;
	int num;

	box_make(b);
	CHECK_INT(oci_config_parse(b->config, strlen(b->config), &c, e), 0);
	if (c)
		run_config(b, c);
	num = b->shared->num;
	*e = b->shared->e;
	if (b->outside)
		b->outside(b);
	check_canary(b);
	remove_tree(b->dir);
	munmap(b->shared, sizeof(*b->shared));
	return num;
}

static _unused_ void expect_success(struct box *b)
{
	struct err e = { 0 };
	int n = box_run(b, &e);

	CHECK_INT(n, 0);
	if (n < 0)
		printf("# %s\n", e.text);
}

static _unused_ void expect_failure(struct box *b, const char *text)
{
	struct err e = { 0 };

	CHECK(box_run(b, &e) < 0);
	CHECK_HAS(e.text, text);
}

static _unused_ bool is_device(const char *path, unsigned major_, unsigned minor_)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(major_, minor_) && (st.st_mode & 0777) == 0666;
}

static _unused_ bool is_link(const char *path, const char *to)
{
	char text[64] = "";

	return readlink(path, text, sizeof(text) - 1) > 0 && strcmp(text, to) == 0;
}

static _unused_ unsigned long flags_of(const char *path)
{
	struct statvfs sv;

	return statvfs(path, &sv) == 0 ? sv.f_flag : 0;
}

static _unused_ ssize_t read_file(const char *path, char *out, size_t size)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n < 0 ? 0 : n] = '\0';
	return n;
}

static _unused_ bool is_writable(const char *path)
{
	autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0;
}

/* A file that is not there, reads empty, or cannot be read at all. */
static _unused_ bool is_masked_file(const char *path)
{
	char text[8];

	return access(path, F_OK) < 0 || read_file(path, text, sizeof(text)) == 0;
}

static _unused_ int count_entries(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);
	int n = 0;

	while (d && (entry = readdir(d)))
		n += entry->d_name[0] != '.';
	if (d)
		closedir(d);
	return d ? n : -1;
}

/* What the container has mounted there, and of what type. */
static _unused_ const char *type_at(const struct mountinfo *m, const char *path)
{
	const char *type = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].path, path) == 0)
			type = m->v[i].type;
	return type;
}

#endif
