/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of the default configuration, and what of it the host sees. */
#include "rootfs_box.h"

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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
	expect_success(&b);
}

TEST(default_configuration_without_pivot)
{
	struct box b = {
		.config = CONFIG(READONLY, MOUNTS_DEFAULT, PATHS_DEFAULT),
		.no_pivot = true,
		.inside = look_at_default,
	};

	NEEDS_ROOT;
	expect_success(&b);
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
	CHECK(mkdir("/sys/fs/cgroup/pids/runlet-test-view", 0755) < 0 && errno == EROFS);
}

TEST(cgroup_view)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.inside = look_at_cgroups,
		.cgroup_path = "/",
	};

	NEEDS_ROOT;
	expect_success(&b);
}

TEST(cgroup_view_with_namespace)
{
	struct box b = {
		.config = CONFIG("", MOUNTS_DEFAULT, ""),
		.inside = look_at_cgroups,
		.cgroupns = true,
	};

	NEEDS_ROOT;
	expect_success(&b);
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

	NEEDS_ROOT;
	run_shared(&slave);
	run_shared(&shared);
	run_shared(&private);
}

TEST_MAIN
