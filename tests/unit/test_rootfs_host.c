/* SPDX-License-Identifier: Apache-2.0 */
/* Builds real roots in namespaces of its own, as root; nothing of the host is changed. */
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

#define BIND(dest, source, options)                                                                \
	"{\"destination\":\"" dest "\",\"source\":\"" source "\",\"options\":[" options "]}"
/* One container's file tree: made, looked at from inside, and gone. */
struct box {
	char dir[64];		       /* the bundle */
	const char *config;	       /* may hold one %s, for the bundle */
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

static bool privileged(void)
{
	return geteuid() == 0 && access("/bin/busybox", X_OK) == 0;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(99);
}

static char *path_in(const struct box *b, const char *name)
{
	return xasprintf("%s/%s", b->dir, name);
}

static void make_dir(const struct box *b, const char *name)
{
	autofree char *path = path_in(b, name);

	must(mkdir(path, 0755) == 0, path);
}

static void make_file(const struct box *b, const char *name, const char *text)
{
	autofree char *path = path_in(b, name);
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
}

static void make_link(const struct box *b, const char *to, const char *name)
{
	autofree char *path = path_in(b, name);

	must(symlink(to, path) == 0, path);
}

static void remove_tree(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--one-file-system", path, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* A pty of the container's own devpts, its slave by descriptor; both stay open, or it is gone. */
static int console(struct rootfs *r, struct err *e)
{
	int pts = openat(r->root_fd, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave, n = 0;

	must(pts >= 0 && ioctl(pts, TIOCSPTLCK, &n) == 0, "ptmx");
	slave = ioctl(pts, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(slave >= 0, "TIOCGPTPEER");
	CHECK_INT(rootfs_console(r, pts, NULL), -ENOTTY);
	return rootfs_console(r, slave, e);
}

static int build(struct box *b, struct rootfs *r, struct err *e)
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
static void run_init(struct box *b, struct rootfs *r)
{
	struct err e = { 0 };

	b->shared->num = build(b, r, &e);
	b->shared->e = e;
	b->shared->failures = test_failures;
	fflush(stdout);
	_exit(0);
}

static void run_namespaces(struct box *b, struct rootfs *r, int ready, int go)
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

static void write_maps(const struct rootfs *r, pid_t pid)
{
	static const char text[] = "0 100000 65536\n";
	autofree char *uid = xasprintf("%d/uid_map", (int)pid);
	autofree char *gid = xasprintf("%d/gid_map", (int)pid);

	CHECK_INT(procfs_write(r->proc, uid, text, strlen(text), NULL), 0);
	CHECK_INT(procfs_write(r->proc, gid, text, strlen(text), NULL), 0);
}

static void run_child(struct box *b, struct rootfs *r)
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

static void run_config(struct box *b, const struct oci_config *c)
{
	autofree char *root = path_in(b, "rootfs");
	struct rootfs r = {
		.config = c,
		.bundle = b->dir,
		.root_path = root,
		.no_pivot = b->no_pivot,
		.new_userns = b->userns,
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

static void box_make(struct box *b)
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
static void check_canary(const struct box *b)
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
static int box_run(struct box *b, struct err *e)
{
	autofree char *text = NULL;
	autoconfig *c = NULL;
	int num;

	box_make(b);
	text = xmalloc(strlen(b->config) + sizeof(b->dir));
	strcpy(text, b->config);
	for (char *at = strstr(text, "%s"); at; at = NULL) {
		char *rest = xstrdup(at + 2);

		strcpy(at, b->dir);
		strcat(at, rest);
		free(rest);
	}
	CHECK_INT(oci_config_parse(text, strlen(text), &c, e), 0);
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

static void expect_success(struct box *b)
{
	struct err e = { 0 };
	int n = box_run(b, &e);

	CHECK_INT(n, 0);
	if (n < 0)
		printf("# %s\n", e.text);
}

static void expect_failure(struct box *b, const char *text)
{
	struct err e = { 0 };

	CHECK(box_run(b, &e) < 0);
	CHECK_HAS(e.text, text);
}

static bool is_device(const char *path, unsigned major_, unsigned minor_)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(major_, minor_) && (st.st_mode & 0777) == 0666;
}

static bool is_link(const char *path, const char *to)
{
	char text[64] = "";

	return readlink(path, text, sizeof(text) - 1) > 0 && strcmp(text, to) == 0;
}

static unsigned long flags_of(const char *path)
{
	struct statvfs sv;

	return statvfs(path, &sv) == 0 ? sv.f_flag : 0;
}

static ssize_t read_file(const char *path, char *out, size_t size)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n < 0 ? 0 : n] = '\0';
	return n;
}

static bool is_writable(const char *path)
{
	autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0;
}

/* A file that is not there, reads empty, or cannot be read at all. */
static bool is_masked_file(const char *path)
{
	char text[8];

	return access(path, F_OK) < 0 || read_file(path, text, sizeof(text)) == 0;
}

static int count_entries(const char *path)
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

static void look_at_default(struct box *b)
{
	(void)b;
	CHECK(is_device("/dev/null", 1, 3));
	CHECK(is_device("/dev/zero", 1, 5));
	CHECK(is_device("/dev/full", 1, 7));
	CHECK(is_device("/dev/tty", 5, 0));
	CHECK(is_device("/dev/random", 1, 8));
	CHECK(is_device("/dev/urandom", 1, 9));
	CHECK(is_link("/dev/fd", "/proc/self/fd"));
	CHECK(is_link("/dev/stdin", "/proc/self/fd/0"));
	CHECK(is_link("/dev/stdout", "/proc/self/fd/1"));
	CHECK(is_link("/dev/stderr", "/proc/self/fd/2"));
	CHECK(is_link("/dev/ptmx", "pts/ptmx"));
	CHECK(is_link("/proc/self", "1"));
	CHECK(flags_of("/") & ST_RDONLY);
	CHECK(!(flags_of("/dev") & ST_RDONLY));
	CHECK(flags_of("/dev") & ST_NOSUID);
	CHECK(flags_of("/dev/shm") & ST_NOEXEC);
	CHECK(flags_of("/sys") & ST_RDONLY);
	CHECK(flags_of("/sys/fs/cgroup") & ST_RDONLY);
	CHECK(flags_of("/proc/sys") & ST_RDONLY);
	CHECK(flags_of("/proc/sys/net") & ST_RDONLY);
	CHECK(mkdir("/x", 0755) < 0 && errno == EROFS);
	CHECK(!is_writable("/proc/sys/kernel/domainname"));
	CHECK(!is_writable("/proc/sysrq-trigger"));
	CHECK(is_masked_file("/proc/keys"));
	CHECK(is_masked_file("/proc/timer_list"));
	CHECK(is_masked_file("/proc/kcore"));
	/* Behind the mask is the host's /dev/null. */
	CHECK(chmod("/proc/keys", 0) < 0 && errno == EROFS);
	CHECK(access("/sys/firmware", F_OK) < 0 || count_entries("/sys/firmware") == 0);
	CHECK_INT(count_entries("/proc/acpi") > 0, 0);
}

/* Only what the container should see, and nothing of the host's tree. */
static void look_at_mounts(struct box *b)
{
	_cleanup_(mountinfo_done) struct mountinfo m = { 0 };
	autofd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	look_at_default(b);
	CHECK_INT(mountinfo_read(proc, &m, NULL), 0);
	for (size_t i = 0; i < m.n; i++) {
		const char *path = m.v[i].path;

		if (strcmp(path, "/") == 0)
			CHECK_INT(i, 0);
		else if (strncmp(path, "/proc", 5) != 0 && strncmp(path, "/dev", 4) != 0 &&
			 strncmp(path, "/sys", 4) != 0)
			TEST_FAIL("mounted inside: %s", path);
	}
}

TEST(default_configuration)
{
	struct box b = {
		.config = CONFIG(READONLY, MOUNTS_DEFAULT, PATHS_DEFAULT),
		.inside = look_at_mounts,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

TEST(default_configuration_with_old_calls)
{
	struct box b = {
		.config = CONFIG(READONLY, MOUNTS_DEFAULT, PATHS_DEFAULT),
		.inside = look_at_mounts,
		.old_calls = true,
		.cgroup_path = "/",
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

TEST(default_configuration_without_pivot)
{
	struct box b = {
		.config = CONFIG(READONLY, MOUNTS_DEFAULT, PATHS_DEFAULT),
		.no_pivot = true,
		.inside = look_at_default,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void evil_dev(struct box *b)
{
	autofree char *canary = path_in(b, "canary");

	make_link(b, canary, "rootfs/dev");
}

TEST(dev_symlink_stays_inside)
{
	struct box b = {
		.config = CONFIG("", MOUNT_PROC, ""),
		.prepare = evil_dev,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	/* CVE-2026-41579: absolute, to a directory of the host. */
	expect_success(&b);
}

static void evil_proc(struct box *b)
{
	make_dir(b, "rootfs/fake");
	make_link(b, "fake", "rootfs/proc");
}

TEST(proc_symlink_is_refused)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.prepare = evil_proc,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&b, "error mounting \"proc\" to rootfs at \"/proc\": filesystem \"proc\" "
			   "must be mounted on ordinary directory");
}

static void evil_sys(struct box *b)
{
	make_dir(b, "rootfs/fake");
	make_link(b, "/fake", "rootfs/sys");
}

TEST(sys_symlink_is_refused)
{
	struct box mounted = {
		.config = CONFIG("", MOUNT_REST, ""),
		.prepare = evil_sys,
	};
	struct box bound = {
		.config = CONFIG("", BIND("/sys", "/sys", "\"rbind\""), ""),
		.prepare = evil_sys,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&mounted, "must be mounted on ordinary directory");
	expect_failure(&bound, "must be mounted on ordinary directory");
}

TEST(mounts_over_proc_are_refused)
{
	struct box bind = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/proc\",\"source\":"
					    "\"canary\",\"options\":[\"bind\"]}",
				 ""),
	};
	struct box inside = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/proc/self/attr\","
					    "\"type\":\"tmpfs\",\"source\":\"tmpfs\"}",
				 ""),
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&bind, "\"/proc\" cannot be mounted because it is not of type proc");
	expect_failure(&inside, "cannot be mounted because it is inside /proc");
}

static void link_into_proc(struct box *b)
{
	make_link(b, "/proc/sys", "rootfs/data");
}

TEST(mounts_into_proc_by_symlink_are_refused)
{
	struct box b = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/data\",\"source\":"
					    "\"canary\",\"options\":[\"bind\"]}",
				 ""),
		.prepare = link_into_proc,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&b, "\"/data\" cannot be mounted because it is inside /proc");
}

static void look_at_cpuinfo(struct box *b)
{
	char text[16];

	(void)b;
	read_file("/proc/cpuinfo", text, sizeof(text));
	CHECK_STR(text, "untouched");
}

TEST(cpuinfo_may_be_replaced)
{
	struct box b = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/proc/cpuinfo\",\"source\":"
					    "\"canary/file\",\"options\":[\"bind\",\"ro\"]}",
				 ""),
		.inside = look_at_cpuinfo,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void evil_targets(struct box *b)
{
	autofree char *canary = path_in(b, "canary");

	make_link(b, canary, "rootfs/absolute");
	make_link(b, "../../../../../../../../tmp", "rootfs/up");
	make_link(b, "/made/by/runtime", "rootfs/dangling");
}

static void look_at_targets(struct box *b)
{
	char text[16];

	(void)b;
	read_file("/made/by/runtime/file", text, sizeof(text));
	CHECK_STR(text, "untouched");
	CHECK(access("/tmp/below/file", F_OK) == 0);
}

TEST(symlinked_destinations_stay_inside)
{
	struct box b = {
		.config = CONFIG("",
				 "{\"destination\":\"/absolute/"
				 "x\",\"source\":\"canary\",\"options\":[\"bind\"]},"
				 "{\"destination\":\"/up/"
				 "below\",\"source\":\"canary\",\"options\":[\"bind\"]},"
				 "{\"destination\":\"/"
				 "dangling\",\"source\":\"canary\",\"options\":[\"bind\"]}",
				 ""),
		.prepare = evil_targets,
		.inside = look_at_targets,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void hostile_null(struct box *b)
{
	make_dir(b, "dev");
	make_link(b, "/proc/version", "dev/null");
}

static void look_at_hostile_null(struct box *b)
{
	(void)b;
	CHECK(is_masked_file("/proc/keys"));
	CHECK(is_masked_file("/proc/timer_list"));
	CHECK(is_link("/dev/null", "/proc/version"));
}

TEST(hostile_dev_null_does_not_unmask)
{
	struct box b = {
		/* CVE-2025-31133 */
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/dev\",\"source\":\"dev\","
					    "\"options\":[\"rbind\"]}",
				 PATHS_DEFAULT),
		.prepare = hostile_null,
		.inside = look_at_hostile_null,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void nested_source(struct box *b)
{
	autofree char *canary = path_in(b, "canary");

	make_dir(b, "data");
	make_file(b, "data/hello", "hello");
	make_link(b, canary, "rootfs/evil");
}

static void look_at_nested(struct box *b)
{
	char text[16];

	(void)b;
	read_file("/second/hello", text, sizeof(text));
	CHECK_STR(text, "hello");
}

TEST(source_inside_the_container_sees_earlier_mounts)
{
	struct box b = {
		.config = CONFIG(
			"",
			"{\"destination\":\"/first\",\"source\":\"data\",\"options\":[\"bind\"]},"
			"{\"destination\":\"/second\",\"source\":\"rootfs/"
			"first\",\"options\":[\"bind\"]}",
			""),
		.prepare = nested_source,
		.inside = look_at_nested,
	};
	/* CVE-2021-30465: the source is a symlink of the image's to the host. */
	struct box evil = {
		.config = CONFIG("",
				 "{\"destination\":\"/first\",\"source\":\"rootfs/"
				 "evil\",\"options\":[\"bind\"]}",
				 ""),
		.prepare = nested_source,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
	expect_failure(&evil, "no such file or directory");
}

static void swapped_dir(struct box *b)
{
	autofree char *canary = path_in(b, "canary");

	make_dir(b, "rootfs/vol");
	make_dir(b, "rootfs/vol/x");
	make_link(b, canary, "rootfs/vol/link");
}

/* Another container with the same volume: the destination is a directory, a symlink to the host, a
 * directory, … */
static pid_t start_swapping(const struct box *b)
{
	autofree char *dir = path_in(b, "rootfs/vol/x"), *link = path_in(b, "rootfs/vol/link");
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			(void)renameat2(AT_FDCWD, dir, AT_FDCWD, link, RENAME_EXCHANGE);
	return pid;
}

TEST(swapped_destinations_stay_inside)
{
	/* CVE-2021-30465, CVE-2024-45310: the second mount's source is where the first should be.
	 */
	static const char config[] = CONFIG("",
					    BIND("/vol/x/made", "data", "\"bind\"") "," BIND(
						    "/second/made", "rootfs/vol/x", "\"bind\""),
					    "");
	autoconfig *c = NULL;
	struct err e = { 0 };
	struct box b = { .prepare = swapped_dir };
	pid_t pid;

	if (!privileged())
		SKIP("needs root and busybox");
	box_make(&b);
	make_dir(&b, "data");
	CHECK_INT(oci_config_parse(config, strlen(config), &c, &e), 0);
	pid = start_swapping(&b);
	/* Success and failure are both fine: what counts is where nothing was made. */
	for (int i = 0; i < 50 && c; i++)
		run_config(&b, c);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check_canary(&b);
	remove_tree(b.dir);
	munmap(b.shared, sizeof(*b.shared));
}

TEST(missing_source_reads_as_runc)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/x\",\"type\":\"bind\",\"source\":\"/no/such\","
			       "\"options\":[\"rbind\"]}",
			       ""),
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&b, "error mounting \"/no/such\" to rootfs at \"/x\": stat /no/such: "
			   "no such file or directory");
}

static void look_at_bind_flags(struct box *b)
{
	(void)b;
	CHECK(flags_of("/ro") & ST_RDONLY);
	CHECK(flags_of("/ro") & ST_NOSUID);
	CHECK(!(flags_of("/rw") & ST_RDONLY));
	CHECK(flags_of("/kept") & ST_NOEXEC);
	CHECK(flags_of("/kept") & ST_RDONLY);
	CHECK(!(flags_of("/cleared") & ST_NOEXEC));
	CHECK(flags_of("/deep") & ST_RDONLY);
	CHECK(flags_of("/deep/sub") & ST_RDONLY);
	CHECK(!(flags_of("/shallow/sub") & ST_RDONLY));
}

#define BIND_FLAGS                                                                                  \
	BIND("/ro", "canary", "\"bind\",\"ro\",\"nosuid\"")                                         \
	"," BIND(                                                                                   \
		"/rw", "canary",                                                                    \
		"\"bind\"") ","                                                                     \
			    "{\"destination\":\"/"                                                  \
			    "t\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[\"noexec\"]}"     \
			    "," BIND("/kept", "rootfs/t", "\"bind\",\"ro\"") "," BIND(              \
				    "/cleared", "rootfs/t",                                         \
				    "\"bind\",\"exec\"") ","                                        \
							 "{\"destination\":\"/t/"                   \
							 "sub\",\"type\":\"tmpfs\",\"source\":"     \
							 "\"s\"}," BIND(                            \
								 "/deep", "rootfs/t",               \
								 "\"rbind\",\"rro\"") "," BIND("/"  \
											       "s"  \
											       "h"  \
											       "a"  \
											       "l"  \
											       "l"  \
											       "o"  \
											       "w", \
											       "r"  \
											       "o"  \
											       "o"  \
											       "t"  \
											       "f"  \
											       "s"  \
											       "/"  \
											       "t", \
											       "\"rbind\",\"ro\"")

TEST(bind_flags)
{
	struct box b = { .config = CONFIG("", BIND_FLAGS, ""), .inside = look_at_bind_flags };

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void look_at_old_bind(struct box *b)
{
	(void)b;
	CHECK(flags_of("/ro") & ST_RDONLY);
	CHECK(flags_of("/ro") & ST_NOSUID);
	CHECK(flags_of("/kept") & ST_NOEXEC);
	CHECK(flags_of("/kept") & ST_RDONLY);
}

TEST(bind_flags_with_old_calls)
{
	struct box b = {
		.config = CONFIG(
			"",
			BIND("/ro", "canary",
			     "\"bind\",\"ro\",\"nosuid\"") ","
							   "{\"destination\":\"/"
							   "t\",\"type\":\"tmpfs\",\"source\":"
							   "\"t\",\"options\":[\"noexec\"]}," BIND(
								   "/kept", "rootfs/t",
								   "\"bind\",\"ro\""),
			""),
		.inside = look_at_old_bind,
		.old_calls = true,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void covered_dirs(struct box *b)
{
	autofree char *dir = path_in(b, "rootfs/covered"), *file = NULL;

	make_dir(b, "rootfs/covered");
	make_dir(b, "rootfs/covered/sub");
	make_file(b, "rootfs/covered/sub/file", "copied");
	make_link(b, "sub/file", "rootfs/covered/link");
	file = path_in(b, "rootfs/covered/sub/file");
	must(chmod(dir, 0710) == 0 && chown(file, 12, 34) == 0 && chmod(file, 04751) == 0, "chmod");
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void look_at_tmpfs(struct box *b)
{
	char text[16];
	struct stat st = { 0 };

	(void)b;
	CHECK_INT(mode_of("/covered"), 0710);
	CHECK_INT(mode_of("/fresh"), 01777);
	CHECK_INT(mode_of("/given"), 0700);
	CHECK(flags_of("/covered") & ST_RDONLY);
	read_file("/covered/link", text, sizeof(text));
	CHECK_STR(text, "copied");
	CHECK(stat("/covered/sub/file", &st) == 0);
	CHECK_INT(st.st_uid, 12);
	CHECK_INT(st.st_gid, 34);
	CHECK_INT(st.st_mode & 07777, 04751);
}

TEST(tmpfs_modes_and_copyup)
{
	struct box b = {
		.config = CONFIG("",
				 "{\"destination\":\"/"
				 "covered\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":"
				 "[\"tmpcopyup\",\"ro\"]},"
				 "{\"destination\":\"/fresh\",\"type\":\"tmpfs\",\"source\":\"t\"},"
				 "{\"destination\":\"/"
				 "given\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":"
				 "[\"mode=700,size=64k\"]}",
				 ""),
		.prepare = covered_dirs,
		.inside = look_at_tmpfs,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void look_at_devices(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(lstat("/dev/sub/fuse", &st) == 0);
	CHECK(S_ISCHR(st.st_mode) && st.st_rdev == makedev(10, 229));
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK_INT(st.st_uid, 7);
	CHECK_INT(st.st_gid, 8);
	CHECK(lstat("/pipe", &st) == 0 && S_ISFIFO(st.st_mode));
	CHECK(flags_of("/dev") & ST_RDONLY);
}

TEST(configured_devices)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
			       "\"options\":[\"ro\"]}",
			       ",\"devices\":[{\"path\":\"/dev/sub/"
			       "fuse\",\"type\":\"c\",\"major\":10,\"minor\":229,"
			       "\"fileMode\":416,\"uid\":7,\"gid\":8},{\"path\":\"/"
			       "pipe\",\"type\":\"p\"}]"),
		.inside = look_at_devices,
	};
	struct box no_minor = {
		.config =
			CONFIG("", MOUNT_DEV,
			       ",\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":10}]"),
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
	expect_failure(&no_minor, "linux.devices[0]");
}

static void no_root(struct box *b)
{
	autofree char *root = path_in(b, "rootfs");

	must(rmdir(root) == 0, "rmdir");
}

TEST(missing_root_reads_as_runc)
{
	struct box b = { .config = CONFIG("", MOUNT_PROC, ""), .prepare = no_root };

	if (!privileged())
		SKIP("needs root and busybox");
	expect_failure(&b, "invalid rootfs: stat /tmp/runlet-test-");
}

static void look_at_console(struct box *b)
{
	struct stat console_ = { 0 }, pts = { 0 };

	(void)b;
	CHECK(stat("/dev/console", &console_) == 0 && stat("/dev/pts/0", &pts) == 0);
	CHECK(S_ISCHR(console_.st_mode) && console_.st_rdev == pts.st_rdev);
}

static void evil_console(struct box *b)
{
	make_dir(b, "dev");
	make_dir(b, "dev/pts");
	make_link(b, "/proc/sys/kernel/ostype", "dev/console");
}

TEST(console)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.inside = look_at_console,
		.console = true,
	};
	/* CVE-2025-52565 */
	struct box evil = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/dev\",\"source\":\"dev\","
					    "\"options\":[\"bind\"]}," MOUNT_REST,
				 ""),
		.prepare = evil_console,
		.console = true,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
	expect_failure(&evil, "/dev/console is neither a file nor a device");
}

/* What the container has mounted there, and of what type. */
static const char *type_at(const struct mountinfo *m, const char *path)
{
	const char *type = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].path, path) == 0)
			type = m->v[i].type;
	return type;
}

static void look_at_cgroups(struct box *b)
{
	_cleanup_(mountinfo_done) struct mountinfo m = { 0 };
	autofd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	enum cgroup_layout layout = cgroup_layout();

	(void)b;
	CHECK_INT(mountinfo_read(proc, &m, NULL), 0);
	if (layout == CGROUP_V2)
		CHECK_STR(type_at(&m, "/sys/fs/cgroup"), "cgroup2");
	if (layout != CGROUP_V1 && layout != CGROUP_HYBRID)
		return;
	CHECK_STR(type_at(&m, "/sys/fs/cgroup"), "tmpfs");
	CHECK_STR(type_at(&m, "/sys/fs/cgroup/pids"), "cgroup");
	CHECK_STR(type_at(&m, "/sys/fs/cgroup/memory"), "cgroup");
	CHECK(flags_of("/sys/fs/cgroup/pids") & ST_RDONLY);
	CHECK(flags_of("/sys/fs/cgroup") & ST_RDONLY);
	CHECK(mkdir("/sys/fs/cgroup/pids/x", 0755) < 0 && errno == EROFS);
}

TEST(cgroup_view)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.inside = look_at_cgroups,
		.cgroup_path = "/",
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

TEST(cgroup_view_with_namespace)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.inside = look_at_cgroups,
		.cgroupns = true,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void secret_source(struct box *b)
{
	autofree char *dir = path_in(b, "locked"), *root = path_in(b, "rootfs");

	make_dir(b, "locked");
	make_dir(b, "locked/secret");
	make_file(b, "locked/secret/file", "shown");
	/* The container's root may not open this by its path. */
	must(chmod(dir, 0700) == 0 && chown(root, 100000, 100000) == 0, "chmod");
}

static void look_at_userns(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(is_device("/dev/null", 1, 3));
	CHECK(is_device("/dev/tty", 5, 0));
	CHECK(flags_of("/dev/null") & ST_RDONLY);
	CHECK(is_writable("/dev/null"));
	CHECK(is_masked_file("/proc/keys"));
	CHECK(flags_of("/proc/sys") & ST_RDONLY);
	CHECK(stat("/secret/file", &st) == 0);
	CHECK_INT(st.st_uid, 65534);
	CHECK(stat("/mapped/file", &st) == 0);
	CHECK_INT(st.st_uid, 0);
}

#define USERNS                                                                                     \
	",\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}],"                 \
	"\"gidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]"

TEST(user_namespace)
{
	struct box b = {
		.config = CONFIG(
			"",
			MOUNTS_DEFAULT
			",{\"destination\":\"/"
			"secret\",\"source\":\"locked/secret\",\"options\":[\"bind\"]}"
			",{\"destination\":\"/"
			"mapped\",\"source\":\"locked/secret\",\"options\":[\"bind\",\"idmap\"]}",
			PATHS_DEFAULT USERNS),
		.prepare = secret_source,
		.inside = look_at_userns,
		.userns = true,
		.cgroup_path = "/",
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void look_at_mapped(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(stat("/mapped/file", &st) == 0);
	CHECK_INT(st.st_uid, 4000);
	CHECK_INT(st.st_gid, 5000);
}

TEST(id_mapped_bind)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/mapped\",\"source\":\"canary\",\"options\":"
			       "[\"bind\"],\"uidMappings\":[{\"containerID\":0,\"hostID\":4000,"
			       "\"size\":10}],"
			       "\"gidMappings\":[{\"containerID\":0,\"hostID\":5000,\"size\":10}]}",
			       ""),
		.inside = look_at_mapped,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
}

static void look_at_remount(struct box *b)
{
	(void)b;
	CHECK(flags_of("/t") & ST_RDONLY);
	CHECK(flags_of("/t") & ST_NOSUID);
}

TEST(remount_changes_flags)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/"
			       "t\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[\"nosuid\"]},"
			       "{\"destination\":\"/t\",\"options\":[\"bind\",\"remount\",\"ro\"]}",
			       ""),
		.inside = look_at_remount,
	};
	struct box none = {
		.config = CONFIG(
			"",
			"{\"destination\":\"/dev/..\",\"options\":[\"bind\",\"remount\",\"ro\"]},"
			"{\"destination\":\"/no\",\"options\":[\"remount\",\"ro\"]}",
			""),
	};

	if (!privileged())
		SKIP("needs root and busybox");
	expect_success(&b);
	expect_failure(&none, "error mounting \"\" to rootfs at \"/no\"");
}

/* In a mount namespace of its own whose mounts are all shared, as systemd makes the host's. */
static void run_shared(struct box *b)
{
	struct err e = { 0 };
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		must(unshare(CLONE_NEWNS) == 0, "unshare");
		must(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0, "private");
		must(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0, "shared");
		CHECK_INT(box_run(b, &e), 0);
		if (e.text[0])
			printf("# %s\n", e.text);
		fflush(stdout);
		_exit(test_failures);
	}
	waitpid(pid, &status, 0);
	CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

/* The number of mounts below the bundle that the host sees. */
static void look_for_leaks(struct box *b)
{
	_cleanup_(mountinfo_done) struct mountinfo m = { 0 };
	autofd int proc = procfs_open_root(NULL);

	CHECK_INT(mountinfo_read(proc, &m, NULL), 0);
	for (size_t i = 0; i < m.n; i++)
		if (strncmp(m.v[i].path, b->dir, strlen(b->dir)) == 0)
			TEST_FAIL("leaked to the host: %s", m.v[i].path);
	CHECK(m.n > 5);
	CHECK(type_at(&m, "/proc") != NULL);
}

TEST(shared_host_sees_no_mount)
{
	struct box slave = {
		.config = CONFIG("", MOUNTS_DEFAULT, PATHS_DEFAULT),
		.outside = look_for_leaks,
	};
	struct box shared = {
		.config = CONFIG("", MOUNTS_DEFAULT, ",\"rootfsPropagation\":\"rshared\""),
		.outside = look_for_leaks,
	};
	struct box private = {
		.config = CONFIG("", MOUNTS_DEFAULT, ",\"rootfsPropagation\":\"rprivate\""),
		.outside = look_for_leaks,
	};

	if (!privileged())
		SKIP("needs root and busybox");
	run_shared(&slave);
	run_shared(&shared);
	run_shared(&private);
}

TEST_MAIN
