/* SPDX-License-Identifier: Apache-2.0 */
/* What an image, a volume or another container puts in the way; each CVE that names one. */
#include "rootfs_box.h"

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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
	expect_failure(&b, "\"/data\" cannot be mounted because it is inside /proc");
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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
	expect_success(&b);
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

	NEEDS_ROOT;
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

	NEEDS_ROOT;
	expect_success(&b);
	expect_failure(&evil, "/dev/console is neither a file nor a device");
}

TEST_MAIN
