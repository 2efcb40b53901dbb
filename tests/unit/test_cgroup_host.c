/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real cgroups on this host, named runlet-test-<pid>. Needs root and a writable cgroup file system;
 * leaves nothing behind. On a hybrid host the v2 code is tested on the "unified" hierarchy, with
 * the files that exist there. A mount namespace shows it other hosts: with "unified" hidden, or
 * bound over /sys/fs/cgroup.
 */
#include "core/proc.h"
#include "core/str.h"
#include "core/strv.h"
#include "engine/cgroup/cgroup.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SET(x)                                                                                     \
	{                                                                                          \
		.is_set = true, .value = (x)                                                       \
	}
#define autocgroup _cleanup_(cgroup_free_p) struct cgroup

static struct err error;
static char name[64];

static const char *unusable(void)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();

	snprintf(name, sizeof(name), "/runlet-test-%d", (int)getpid());
	if (geteuid() != 0)
		return "needs root";
	if (!h->name)
		return "no cgroup hierarchy";
	for (; h->name; h++)
		if (access(h->mountpoint, W_OK) < 0)
			return "a cgroup hierarchy is not writable";
	return NULL;
}

#define NEEDS_CGROUPS                                                                              \
	do {                                                                                       \
		if (unusable())                                                                    \
			SKIP(unusable());                                                          \
	} while (0)

static bool has_v1(const char *controller)
{
	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h->name; h++)
		if (!h->v2 && controllers_parse(h->name) & controllers_parse(controller))
			return true;
	return false;
}

static bool has_systemd(void)
{
	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h->name; h++)
		if (str_eq(h->name, "systemd"))
			return true;
	return false;
}

static struct cgroup *plan(const char *path)
{
	struct cgroup *cg = NULL;

	if (cgroup_plan(CGROUP_CGROUPFS, path, "x", &cg, &error) < 0)
		TEST_FAIL("plan: %s", error.text);
	return cg;
}

static bool ok(int r)
{
	if (r < 0)
		TEST_FAIL("%s", error.text);
	return r >= 0;
}

/*
 * The root of a v2 hierarchy must hand a controller down before a container can have it, and keeps
 * doing so. These tests leave the root as they found it.
 */
static int v2_root = -1;
static unsigned handed_down;

static unsigned v2_controllers(const char *file)
{
	char words[512];

	if (v2_root < 0 || cgroup_read(v2_root, file, words, sizeof(words)) < 0)
		return 0;
	return controllers_parse(words);
}

__attribute__((constructor)) static void note_v2_root(void)
{
	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h->name; h++)
		if (h->v2)
			v2_root = open(h->mountpoint, O_PATH | O_DIRECTORY | O_CLOEXEC);
	handed_down = v2_controllers("cgroup.subtree_control");
}

__attribute__((destructor)) static void restore_v2_root(void)
{
	unsigned more = v2_controllers("cgroup.subtree_control") & ~handed_down;

	for (enum controller c = 0; CTRL_BIT(c) <= more; c++) {
		autofree char *text = xasprintf("-%s", controller_name(c, true));

		if (more & CTRL_BIT(c))
			(void)cgroup_write(v2_root, "cgroup.subtree_control", text);
	}
}

static bool has_pids(void)
{
	return has_v1("pids") || v2_controllers("cgroup.controllers") & CTRL_BIT(CTRL_PIDS);
}

/* In how many hierarchies the directory is. */
static int directories(const char *path)
{
	struct stat st;
	int n = 0;

	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h->name; h++) {
		autofree char *dir = xasprintf("%s%s", h->mountpoint, path);

		n += stat(dir, &st) == 0;
	}
	return n;
}

/* What a file of the container's cgroup says, without the newline; "" when it is not there. */
static const char *value(const struct cgroup *cg, enum controller c, const char *file)
{
	static char text[4096];
	const struct place *p = cgroup_place_with(cg, c);
	char path[CGROUP_FILE_MAX];

	if (!p || cgroup_read(p->root, place_file(p, path, file), text, sizeof(text)) < 0)
		return "";
	text[strcspn(text, "\n")] = '\0';
	return text;
}

#define CHILD_BYTES (1 << 20)

/* A child in the cgroup that uses some memory there and waits. */
static pid_t enter_child(struct cgroup *cg)
{
	int ready[2];
	struct pollfd pfd;
	pid_t pid;
	char c = 0;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (cgroup_enter(cg, NULL) < 0)
			_exit(1);
		if (mmap(NULL, CHILD_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	pfd = (struct pollfd){ .fd = ready[0], .events = POLLIN };
	(void)poll(&pfd, 1, 5000);
	CHECK_INT(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static int reap(pid_t pid)
{
	int status = 0;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static size_t count_pids(struct cgroup *cg)
{
	autofree pid_t *pids = NULL;
	size_t n = 0;

	return ok(cgroup_pids(cg, &pids, &n, &error)) ? n : 0;
}

TEST(made_and_removed)
{
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	cg = plan(name);
	CHECK_STR(cgroup_path(cg), name);
	CHECK_INT(directories(name), 0);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	CHECK(directories(name) > 0);
	CHECK_INT(count_pids(cg), 0);
	CHECK_INT(cgroup_frozen(cg, &error), 0);
	if (has_v1("devices"))
		CHECK_STR(value(cg, CTRL_DEVICES, "devices.list"), "c *:* m");
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
	/* absent is success */
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(count_pids(cg), 0);
	CHECK_INT(cgroup_signal(cg, SIGKILL, &error), 0);
	CHECK_INT(cgroup_frozen(cg, &error), 0);
}

TEST(limits_are_set)
{
	struct oci_memory m = { .limit = SET(64 << 20), .swap = SET(128 << 20) };
	struct oci_cpu c = { .shares = SET(512), .quota = SET(50000), .cpus = (char *)"0" };
	struct oci_pids p = { .limit = SET(17) };
	struct oci_resources r = { .memory = &m, .cpu = &c, .pids = &p };
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	if (!has_v1("memory") || !has_v1("cpu") || !has_v1("pids") || !has_v1("cpuset"))
		SKIP("not a v1 host");
	cg = plan(name);
	CHECK(ok(cgroup_make(cg, &r, &error)));
	CHECK_STR(value(cg, CTRL_MEMORY, "memory.limit_in_bytes"), "67108864");
	CHECK_STR(value(cg, CTRL_MEMORY, "memory.memsw.limit_in_bytes"), "134217728");
	CHECK_STR(value(cg, CTRL_CPU, "cpu.shares"), "512");
	CHECK_STR(value(cg, CTRL_CPU, "cpu.cfs_quota_us"), "50000");
	CHECK_STR(value(cg, CTRL_CPUSET, "cpuset.cpus"), "0");
	CHECK(value(cg, CTRL_CPUSET, "cpuset.mems")[0]);
	CHECK_STR(value(cg, CTRL_PIDS, "pids.max"), "17");
	CHECK_INT(cgroup_oom_kills(cg), 0);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(updated)
{
	struct oci_memory m = { .limit = SET(64 << 20), .swap = SET(64 << 20) };
	struct oci_cpu c = { .quota = SET(50000), .period = SET(100000) };
	struct oci_pids p = { .limit = SET(0) };
	struct oci_device_cgroup d = { .allow = true,
				       .type = (char *)"c",
				       .major = SET(10),
				       .minor = SET(229),
				       .access = (char *)"rw" };
	struct oci_resources r = { .memory = &m, .cpu = &c };
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	if (!has_v1("memory") || !has_v1("cpu") || !has_v1("devices"))
		SKIP("not a v1 host");
	cg = plan(name);
	CHECK(ok(cgroup_make(cg, &r, &error)));
	/* memory over the old memory+swap, and a burst over the old quota: the order must turn */
	m = (struct oci_memory){ .limit = SET(256 << 20), .swap = SET(256 << 20) };
	c = (struct oci_cpu){ .quota = SET(80000) };
	CHECK(ok(cgroup_update(cg, &r, &error)));
	CHECK_STR(value(cg, CTRL_MEMORY, "memory.limit_in_bytes"), "268435456");
	CHECK_STR(value(cg, CTRL_CPU, "cpu.cfs_quota_us"), "80000");
	CHECK_STR(value(cg, CTRL_CPU, "cpu.cfs_period_us"), "100000");
	m = (struct oci_memory){ .limit = SET(-1) };
	r = (struct oci_resources){ .memory = &m, .pids = &p, .devices = &d, .n_devices = 1 };
	CHECK(ok(cgroup_update(cg, &r, &error)));
	CHECK(strlen(value(cg, CTRL_MEMORY, "memory.memsw.limit_in_bytes")) > 12);
	CHECK_STR(value(cg, CTRL_PIDS, "pids.max"), "1");
	(void)value(cg, CTRL_DEVICES, "devices.list");
	CHECK(ok(cgroup_remove(cg, true, &error)));
}

TEST(memory_below_usage)
{
	struct oci_memory m = { .limit = SET(64 << 20) };
	struct oci_resources r = { .memory = &m };
	autocgroup *cg = NULL;
	pid_t pid;

	NEEDS_CGROUPS;
	if (!has_v1("memory"))
		SKIP("not a v1 host");
	cg = plan(name);
	if (!ok(cgroup_make(cg, &r, &error)) || !ok(cgroup_open_entry(cg, true, &error)))
		return;
	pid = enter_child(cg);
	m.limit.value = CHILD_BYTES / 4;
	CHECK_INT(cgroup_update(cg, &r, &error), -EBUSY);
	CHECK_HAS(error.text, "unable to set memory limit to 262144 (current usage: ");
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK(WIFSIGNALED(reap(pid)));
	CHECK_INT(directories(name), 0);
}

TEST(failed_limits_leave_nothing)
{
	struct oci_cpu c = { .cpus = (char *)"99999" };
	struct oci_hugepage_limit h = { (char *)"3MB", 0 };
	struct strmap_entry u = { (char *)"nothing.max", (char *)"1" };
	struct oci_resources bad[] = {
		{ .cpu = &c },
		{ .hugepage_limits = &h, .n_hugepage_limits = 1 },
		{ .unified = { &u, 1 } },
	};
	autofree char *below = NULL, *deep = NULL;

	NEEDS_CGROUPS;
	below = xasprintf("%s/a", name);
	deep = xasprintf("%s/a/b", name);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autocgroup *cg = plan(deep);

		CHECK(cgroup_make(cg, &bad[i], &error) < 0);
		CHECK_HAS(error.text, "linux.resources.");
		CHECK(!strstr(error.text, "no such file"));
		CHECK_INT(directories(deep), 0);
		CHECK_INT(directories(below), 0);
		CHECK_INT(directories(name), 0);
	}
}

TEST(parents_stay)
{
	autofree char *deep = NULL;
	autocgroup *cg = NULL, *parent = NULL;

	NEEDS_CGROUPS;
	deep = xasprintf("%s/a", name);
	parent = plan(name);
	cg = plan(deep);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(deep), 0);
	CHECK(directories(name) > 0);
	CHECK(ok(cgroup_remove(parent, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(entered_signalled_and_refused)
{
	autocgroup *cg = NULL, *again = NULL;
	autofree pid_t *pids = NULL;
	size_t n = 0;
	pid_t pid;

	NEEDS_CGROUPS;
	cg = plan(name);
	if (!ok(cgroup_make(cg, NULL, &error)) || !ok(cgroup_open_entry(cg, true, &error)))
		return;
	pid = enter_child(cg);
	CHECK(ok(cgroup_pids(cg, &pids, &n, &error)));
	CHECK_INT(n, 1);
	CHECK(n == 1 && pids[0] == pid);
	CHECK(ok(cgroup_open(CGROUP_CGROUPFS, cgroup_path(cg), &again, &error)));
	CHECK_INT(cgroup_make(again, NULL, &error), -EBUSY);
	CHECK_STR(error.text, "container's cgroup is not empty: 1 process(es) found");
	CHECK_INT(count_pids(cg), 1);
	CHECK(ok(cgroup_signal(again, SIGTERM, &error)));
	CHECK_INT(reap(pid), SIGTERM);
	CHECK(ok(cgroup_remove(again, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(an_empty_one_is_used)
{
	struct oci_pids p = { .limit = SET(5) };
	struct oci_resources r = { .pids = &p };
	autocgroup *cg = NULL, *again = NULL;

	NEEDS_CGROUPS;
	if (!has_pids())
		SKIP("no pids controller");
	cg = plan(name);
	again = plan(name);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	CHECK(ok(cgroup_make(again, &r, &error)));
	CHECK_STR(value(cg, CTRL_PIDS, "pids.max"), "5");
	CHECK(ok(cgroup_remove(again, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(frozen)
{
	autocgroup *cg = NULL, *again = NULL;
	pid_t pid;

	NEEDS_CGROUPS;
	cg = plan(name);
	again = plan(name);
	if (!ok(cgroup_make(cg, NULL, &error)) || !ok(cgroup_open_entry(cg, true, &error)))
		return;
	pid = enter_child(cg);
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	CHECK_INT(cgroup_frozen(cg, &error), 1);
	CHECK(ok(cgroup_freeze(cg, false, &error)));
	CHECK_INT(cgroup_frozen(cg, &error), 0);
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	/* SIGKILL thaws */
	CHECK(ok(cgroup_signal(cg, SIGKILL, &error)));
	CHECK_INT(reap(pid), SIGKILL);
	/* an empty frozen one would hang whoever enters */
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	CHECK_INT(cgroup_make(again, NULL, &error), -EBUSY);
	CHECK_STR(error.text, "container's cgroup unexpectedly frozen");
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
}

/* A sub-cgroup of a frozen parent is frozen from birth. */
TEST(frozen_parent)
{
	autofree char *deep = NULL;
	autocgroup *cg = NULL, *parent = NULL;

	NEEDS_CGROUPS;
	deep = xasprintf("%s/a", name);
	parent = plan(name);
	cg = plan(deep);
	CHECK(ok(cgroup_make(parent, NULL, &error)));
	CHECK(ok(cgroup_freeze(parent, true, &error)));
	CHECK_INT(cgroup_make(cg, NULL, &error), -EBUSY);
	CHECK_STR(error.text, "container's cgroup unexpectedly frozen");
	CHECK_INT(directories(deep), 0);
	CHECK(ok(cgroup_remove(parent, true, &error)));
	CHECK_INT(directories(name), 0);
}

static void make_subs(const struct cgroup *cg, const char *sub)
{
	for (size_t i = 0; i < cg->n; i++) {
		autofree char *dir = xasprintf("%s/%s", cg->v[i].path, sub);

		if (!cg->v[i].skip)
			CHECK_INT(mkdirat(cg->v[i].root, dir, 0755), 0);
	}
}

TEST(removed_with_sub_cgroups_and_processes)
{
	autocgroup *cg = NULL;
	pid_t a, b;

	NEEDS_CGROUPS;
	if (!has_v1("pids"))
		SKIP("not a v1 host");
	cg = plan(name);
	if (!ok(cgroup_make(cg, NULL, &error)) || !ok(cgroup_open_entry(cg, true, &error)))
		return;
	a = enter_child(cg);
	b = enter_child(cg);
	make_subs(cg, "x");
	make_subs(cg, "y");
	make_subs(cg, "x/z");
	CHECK(ok(cgroup_add(cg, b, (char *[]){ (char *)"pids:x/z", NULL }, &error)));
	CHECK_INT(count_pids(cg), 2);
	CHECK_INT(cgroup_add(cg, b, (char *[]){ (char *)"nope", NULL }, &error), -ENODEV);
	CHECK(!strstr(error.text, "no such file"));
	CHECK_INT(cgroup_add(cg, b, (char *[]){ (char *)"../..", NULL }, &error), -EINVAL);
	CHECK_INT(cgroup_add(cg, b, (char *[]){ (char *)"nope:x", NULL }, &error), -EINVAL);
	CHECK_HAS(error.text, "unknown controller \"nope\"");
	CHECK_INT(cgroup_add(cg, b, (char *[]){ (char *)"name=systemd:y", NULL }, &error),
		  has_systemd() ? 0 : -EINVAL);
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(reap(a), SIGKILL);
	CHECK_INT(reap(b), SIGKILL);
	CHECK_INT(directories(name), 0);
}

/* Deeper than descriptors or a path would reach. */
TEST(removed_however_deep)
{
	autocgroup *cg = NULL;
	const struct place *p;
	int dir, next;

	NEEDS_CGROUPS;
	cg = plan(name);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	p = cgroup_process_place(cg);
	dir = openat(p->root, p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 300 && dir >= 0; i++) {
		CHECK_INT(mkdirat(dir, "a-name-that-makes-the-path-long", 0755), 0);
		next = openat(dir, "a-name-that-makes-the-path-long",
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = next;
	}
	close(dir);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
}

/* Forks until it is killed; every child does the same for as long as it can. */
static void fork_for_ever(void)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		if (fork() < 0)
			poll(NULL, 0, 1);
}

TEST(a_fork_bomb_is_removed)
{
	struct oci_pids p = { .limit = SET(40) };
	struct oci_resources r = { .pids = &p };
	autocgroup *cg = NULL;
	pid_t pid;

	NEEDS_CGROUPS;
	if (!has_pids())
		SKIP("no pids controller");
	cg = plan(name);
	if (!ok(cgroup_make(cg, &r, &error)) || !ok(cgroup_open_entry(cg, true, &error)))
		return;
	pid = fork();
	if (pid == 0) {
		if (cgroup_enter(cg, NULL) == 0)
			fork_for_ever();
		_exit(1);
	}
	for (int i = 0; i < 500 && count_pids(cg) < 40; i++)
		poll(NULL, 0, 10);
	CHECK_INT(count_pids(cg), 40);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK(WIFSIGNALED(reap(pid)));
	CHECK_INT(directories(name), 0);
}

TEST(disabled_and_systemd)
{
	autocgroup *cg = NULL, *again = NULL;
	struct cgroup *none = NULL;

	CHECK(ok(cgroup_plan(CGROUP_DISABLED, "/x", "x", &cg, &error)));
	CHECK_STR(cgroup_path(cg), "");
	CHECK(ok(cgroup_open(CGROUP_DISABLED, "", &again, &error)));
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	CHECK(ok(cgroup_open_entry(cg, true, &error)));
	CHECK(ok(cgroup_enter(cg, &error)));
	CHECK_INT(cgroup_v2_fd(cg), -1);
	CHECK_INT(cgroup_frozen(cg, &error), 0);
	CHECK_INT(cgroup_freeze(cg, true, &error), -EOPNOTSUPP);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(cgroup_plan(CGROUP_SYSTEMD, NULL, "x", &none, &error), -EOPNOTSUPP);
	/* By the build, or by the host, where the helper is not installed. */
	CHECK_HAS(error.text, "systemd cgroup");
	CHECK_INT(cgroup_open(CGROUP_CGROUPFS, "", &none, &error), -EINVAL);
	CHECK_INT(cgroup_open(CGROUP_CGROUPFS, "relative", &none, &error), -EINVAL);
}

/* ---- without permission; here root plays the user, who may do all ---- */

TEST(rootless_with_a_path)
{
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	CHECK(ok(cgroup_plan_rootless(name, "x", NULL, &cg, &error)));
	CHECK_HAS(name, cgroup_path(cg) + 1);
	CHECK_INT(cgroup_paths(cg)->n, 0);
	CHECK(cg->rootless);
}

TEST(rootless_below_ones_own)
{
	struct oci_pids p = { .limit = SET(5) };
	struct oci_resources r = { .pids = &p };
	autocgroup *cg = NULL, *again = NULL;
	autofree char *id = xasprintf("rootless-%d", getpid());

	NEEDS_CGROUPS;
	if (!ok(cgroup_plan_rootless(NULL, id, &r, &cg, &error)))
		return;
	CHECK(cgroup_paths(cg)->n > 0);
	for (size_t i = 0; i < cg->n; i++)
		CHECK_STR(strmap_get(cgroup_paths(cg), cg->v[i].name) + 1, cg->v[i].path);
	if (!ok(cgroup_make(cg, &r, &error)))
		return;
	CHECK(ok(cgroup_open_at(cgroup_paths(cg), &again, &error)));
	CHECK_INT(again->n, cg->n);
	CHECK(cgroup_lists_processes(again));
	CHECK_INT(cgroup_make(again, &r, &error), 0);
	CHECK(ok(cgroup_remove(again, true, &error)));
	for (size_t i = 0; i < cg->n; i++)
		CHECK(faccessat(cg->v[i].root, cg->v[i].path, F_OK, 0) < 0);
}

TEST(rootless_where_only_some_are_known)
{
	struct strmap_entry entry = { (char *)"pids", (char *)"/none/x" };
	const struct strmap pids = { &entry, 1 };
	struct cgroup *none = NULL;
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	if (!ok(cgroup_open_at(&pids, &cg, &error)))
		return;
	CHECK(cg->n <= 1); /* 0 without a v1 hierarchy of this name */
	CHECK_STR(cgroup_path(cg), "/none/x");
	entry.value = (char *)"none/x";
	CHECK_INT(cgroup_open_at(&pids, &none, &error), -EINVAL);
	entry.value = (char *)"/none/../../x";
	CHECK_INT(cgroup_open_at(&pids, &none, &error), -EINVAL);
}

/* ---- v2 alone, on whatever v2 hierarchy there is ---- */

static struct cgroup *v2_only(void)
{
	struct cgroup *cg = plan(name);

	for (size_t i = 0; i < cg->n; i++) {
		if (!cg->v[i].v2)
			continue;
		cg->v[0] = cg->v[i];
		cg->v[0].optional = false;
		cg->n = 1;
		return cg;
	}
	cgroup_free(cg);
	return NULL;
}

struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};
#define CLONE_INTO 0x200000000ull

static pid_t clone_into(struct cgroup *cg)
{
	struct clone3_args args = { .flags = CLONE_INTO,
				    .exit_signal = SIGCHLD,
				    .cgroup = (uint64_t)cgroup_v2_fd(cg) };
	pid_t pid;

	cgroup_set_cloned(cg, true);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		if (cgroup_enter(cg, NULL) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	return pid;
}

static void use_v2(struct cgroup *cg)
{
	pid_t a, b;

	CHECK(ok(cgroup_make(cg, NULL, &error)));
	CHECK(ok(cgroup_open_entry(cg, true, &error)));
	CHECK(cgroup_v2_fd(cg) >= 0);
	a = enter_child(cg);
	b = clone_into(cg);
	CHECK(b > 0);
	CHECK_INT(count_pids(cg), 2);
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	CHECK_INT(cgroup_frozen(cg, &error), 1);
	CHECK_STR(value(cg, CTRL_FREEZER, "cgroup.freeze"), "1");
	CHECK(ok(cgroup_freeze(cg, false, &error)));
	CHECK_INT(cgroup_frozen(cg, &error), 0);
	CHECK(ok(cgroup_signal(cg, SIGTERM, &error)));
	CHECK_INT(reap(a), SIGTERM);
	CHECK_INT(reap(b), SIGTERM);
	b = clone_into(cg);
	CHECK(ok(cgroup_freeze(cg, true, &error)));
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(reap(b), SIGKILL);
	CHECK_INT(directories(name), 0);
}

TEST(v2_life)
{
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	cg = v2_only();
	if (!cg)
		SKIP("no v2 hierarchy");
	use_v2(cg);
}

/* Enters, and tries to open a device: 0 when it may, or the errno. */
static int open_in_child(struct cgroup *cg, const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (cgroup_enter(cg, NULL) < 0)
			_exit(255);
		_exit(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) < 0 ? errno : 0);
	}
	return WEXITSTATUS(reap(pid));
}

static void check_devices(struct cgroup *cg)
{
	struct oci_device_cgroup all = { .allow = true };
	struct oci_device_cgroup rand[] = {
		{ .allow = false },
		{ .allow = true, .type = (char *)"c", .major = SET(5), .minor = SET(1) },
	};
	struct oci_resources r = { .devices = rand, .n_devices = 1 };

	CHECK(ok(cgroup_make(cg, &r, &error)));
	CHECK(ok(cgroup_open_entry(cg, true, &error)));
	CHECK_INT(open_in_child(cg, "/dev/null"), 0);
	CHECK_INT(open_in_child(cg, "/dev/console"), EPERM);
	r.n_devices = 2;
	CHECK(ok(cgroup_update(cg, &r, &error)));
	CHECK_INT(open_in_child(cg, "/dev/null"), 0);
	CHECK(open_in_child(cg, "/dev/console") != EPERM);
	r.n_devices = 1;
	CHECK(ok(cgroup_update(cg, &r, &error)));
	CHECK_INT(open_in_child(cg, "/dev/console"), EPERM);
	r.devices = &all;
	CHECK(ok(cgroup_update(cg, &r, &error)));
	CHECK(open_in_child(cg, "/dev/console") != EPERM);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(devices_are_refused)
{
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	if (access("/dev/console", F_OK) < 0)
		SKIP("no /dev/console");
	cg = plan(name);
	check_devices(cg);
}

TEST(v2_devices_are_refused)
{
	autocgroup *cg = NULL;

	NEEDS_CGROUPS;
	cg = v2_only();
	if (!cg)
		SKIP("no v2 hierarchy");
	if (access("/dev/console", F_OK) < 0)
		SKIP("no /dev/console");
	check_devices(cg);
}

/* Opens /dev/null inside for as long as devices are allowed and forbidden. */
static _Noreturn void open_null_until_told(struct cgroup *cg, int told)
{
	unsigned failures = 0;
	char c;

	if (cgroup_enter(cg, NULL) < 0)
		_exit(255);
	while (read(told, &c, 1) < 0) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		failures += fd < 0;
		(void)fd_close(fd);
	}
	_exit((int)MIN(failures, 254u));
}

/* @again: the same, as an update opens it */
static void check_null_meanwhile(struct cgroup *cg, struct cgroup *again)
{
	struct oci_device_cgroup rules[] = {
		{ .allow = false },
		{ .allow = true, .type = (char *)"c", .major = SET(5), .minor = SET(1) },
		{ .allow = true, .type = (char *)"c", .major = SET(10), .minor = SET(229) },
	};
	struct oci_resources r = { .devices = rules, .n_devices = 1 };
	int tell[2];
	pid_t pid;

	CHECK(ok(cgroup_make(cg, &r, &error)));
	CHECK(ok(cgroup_open_entry(cg, true, &error)));
	if (pipe2(tell, O_CLOEXEC | O_NONBLOCK) < 0)
		TEST_FAIL("pipe");
	pid = fork();
	if (pid == 0)
		open_null_until_told(cg, tell[0]);
	for (size_t i = 0; i < 300; i++) {
		r.n_devices = 1 + i % 3;
		CHECK(ok(cgroup_update(again, &r, &error)));
	}
	CHECK(write(tell[1], "", 1) == 1);
	CHECK_INT(WEXITSTATUS(reap(pid)), 0);
	(void)fd_close(tell[0]);
	(void)fd_close(tell[1]);
	CHECK(ok(cgroup_remove(cg, true, &error)));
}

TEST(null_can_be_opened_at_every_moment_of_an_update)
{
	autocgroup *cg = NULL, *again = NULL, *v2 = NULL, *v2_again = NULL;

	NEEDS_CGROUPS;
	cg = plan(name);
	again = plan(name);
	check_null_meanwhile(cg, again);
	v2 = v2_only();
	v2_again = v2_only();
	if (v2)
		check_null_meanwhile(v2, v2_again);
}

TEST(hybrid_makes_v2_only_when_needed)
{
	struct oci_hugepage_limit h = { (char *)"2MB", 4 << 20 };
	struct oci_resources r = { .hugepage_limits = &h, .n_hugepage_limits = 1 };
	autocgroup *cg = NULL, *huge = NULL;
	int v1_only;

	NEEDS_CGROUPS;
	if (cgroup_layout() != CGROUP_HYBRID || has_v1("hugetlb"))
		SKIP("not a hybrid host with hugetlb on v2");
	cg = plan(name);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	v1_only = directories(name);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	huge = plan(name);
	CHECK(ok(cgroup_make(huge, &r, &error)));
	CHECK_INT(directories(name), v1_only + 1);
	CHECK_STR(value(huge, CTRL_HUGETLB, "hugetlb.2MB.max"), "4194304");
	CHECK(ok(cgroup_open_entry(huge, true, &error)));
	CHECK(cgroup_v2_fd(huge) >= 0);
	/* whoever opens it later finds the v2 directory, too */
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(directories(name), 0);
}

TEST(a_foreign_process_is_not_killed)
{
	autocgroup *cg = NULL;
	pid_t pid;

	NEEDS_CGROUPS;
	cg = plan(name);
	CHECK(ok(cgroup_make(cg, NULL, &error)));
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	CHECK(ok(cgroup_add(cg, pid, NULL, &error)));
	CHECK_INT(cgroup_remove(cg, false, &error), -EBUSY);
	CHECK_HAS(error.text, "not the container's");
	CHECK_INT(kill(pid, 0), 0);
	CHECK(ok(cgroup_remove(cg, true, &error)));
	CHECK_INT(reap(pid), SIGKILL);
	CHECK_INT(directories(name), 0);
}

TEST_MAIN
