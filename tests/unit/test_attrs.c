/* SPDX-License-Identifier: Apache-2.0 */
/* Each attribute is set in a child and asked back from the kernel there. */
#include "core/procfs.h"
#include "engine/security/attrs.h"
#include "test.h"
#include <errno.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_HERE 77

static int in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn());
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int limits(void)
{
	struct oci_rlimit rows[] = { { RLIMIT_NOFILE + 1, 30, 40 }, { RLIMIT_CORE + 1, 0, 0 } };
	struct oci_process p = { .rlimits = rows, .n_rlimits = 2 };
	struct rlimit l;

	if (attrs_set_rlimits(&p, NULL) < 0)
		return 1;
	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur != 30 || l.rlim_max != 40)
		return 2;
	return getrlimit(RLIMIT_CORE, &l) < 0 || l.rlim_max != 0 ? 3 : 0;
}

static int raise_a_limit(void)
{
	struct oci_rlimit row = { RLIMIT_NOFILE + 1, 30, 40 };
	struct oci_process p = { .rlimits = &row, .n_rlimits = 1 };
	struct err e = { 0 };

	if (geteuid() == 0 && setresuid(1234, 1234, 1234) < 0)
		return 1;
	if (attrs_set_rlimits(&p, NULL) < 0)
		return 2;
	row.hard = 41;
	if (attrs_set_rlimits(&p, &e) != -EPERM)
		return 3;
	return str_eq(e.text, "error setting rlimit type 7: operation not permitted") ? 0 : 4;
}

TEST(rlimits)
{
	CHECK_INT(in_child(limits), 0);
	CHECK_INT(in_child(raise_a_limit), 0);
}

static int oom(void)
{
	struct oci_process p = { .oom_score_adj = { true, 777 } };
	int proc = procfs_open_root(NULL);
	autostr text = { 0 };
	struct err e = { 0 };

	if (attrs_set_oom_score_adj(proc, 0, &p, NULL) < 0)
		return 1;
	if (procfs_read(proc, "self/oom_score_adj", 32, &text, NULL) < 0)
		return 2;
	if (!str_eq(text.p, "777\n"))
		return 3;
	p.oom_score_adj.value = 1001;
	return attrs_set_oom_score_adj(proc, 0, &p, &e) == -EINVAL ? 0 : 4;
}

TEST(oom_score_adj)
{
	CHECK_INT(in_child(oom), 0);
}

static int schedule(void)
{
	struct oci_scheduler s = { .policy = SCHED_BATCH + 1, .nice = { true, 5 } };
	struct oci_process p = { .scheduler = &s };
	struct err e = { 0 };

	if (attrs_set_scheduler(&p, NULL) < 0)
		return 1;
	if (sched_getscheduler(0) != SCHED_BATCH || getpriority(PRIO_PROCESS, 0) != 5)
		return 2;
	s = (struct oci_scheduler){ .policy = SCHED_FIFO + 1 };
	if (attrs_set_scheduler(&p, &e) != -EINVAL)
		return 3;
	return strstr(e.text, "scheduler") ? 0 : 4;
}

TEST(scheduler)
{
	CHECK_INT(in_child(schedule), 0);
}

static int io(void)
{
	struct oci_io_priority o = { .class = IOPRIO_CLASS_BE, .priority = 7 };
	struct oci_process p = { .io_priority = &o };
	long want = IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 7;

	if (attrs_set_io_priority(&p, NULL) < 0)
		return errno == ENOSYS ? NOT_HERE : 1;
	if (syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) != want)
		return 2;
	o.priority = 8;
	return attrs_set_io_priority(&p, NULL) == -EINVAL ? 0 : 3;
}

TEST(io_priority)
{
	int r = in_child(io);

	if (r == NOT_HERE)
		SKIP("no I/O priorities in this kernel");
	CHECK_INT(r, 0);
}

static int domain(void)
{
	char *flags[] = { "X", NULL };
	struct oci_personality per = { .domain = PER_LINUX32 + 1 };
	struct oci_linux l = { .personality = &per };

	if (attrs_set_personality(&l, NULL) < 0)
		return 1;
	if (personality(0xffffffff) != PER_LINUX32)
		return 2;
	per.flags = flags;
	if (attrs_set_personality(&l, NULL) != -EINVAL)
		return 3;
	per = (struct oci_personality){ .domain = PER_LINUX + 1 };
	return attrs_set_personality(&l, NULL) < 0 || personality(0xffffffff) != 0 ? 4 : 0;
}

TEST(personality_domain)
{
	CHECK_INT(in_child(domain), 0);
}

static int memory(void)
{
	struct oci_memory_policy m = { .mode = MPOL_BIND + 1, .nodes = "0" };
	struct oci_linux l = { .memory_policy = &m };
	unsigned long nodes[16] = { 0 };
	struct err e = { 0 };
	int mode = -1;

	if (attrs_set_memory_policy(&l, &e) < 0)
		return e.num == ENOSYS ? NOT_HERE : 1;
	if (syscall(SYS_get_mempolicy, &mode, nodes, 1024UL, 0, 0) < 0)
		return 2;
	if (mode != MPOL_BIND || nodes[0] != 1)
		return 3;
	m.mode = MPOL_DEFAULT + 1;
	if (attrs_set_memory_policy(&l, NULL) != -EINVAL)
		return 4;
	m.nodes = NULL;
	if (attrs_set_memory_policy(&l, NULL) < 0 ||
	    syscall(SYS_get_mempolicy, &mode, NULL, 0UL, 0, 0) < 0 || mode != MPOL_DEFAULT)
		return 5;
	m = (struct oci_memory_policy){ .mode = MPOL_BIND + 1,
					.nodes = "0",
					.flags = { true, MPOL_F_STATIC_NODES } };
	if (attrs_set_memory_policy(&l, NULL) < 0 ||
	    syscall(SYS_get_mempolicy, &mode, NULL, 0UL, 0, 0) < 0)
		return 6;
	return mode == (MPOL_BIND | MPOL_F_STATIC_NODES) ? 0 : 7;
}

TEST(memory_policy)
{
	int r = in_child(memory);

	if (r == NOT_HERE)
		SKIP("no NUMA in this kernel");
	CHECK_INT(r, 0);
}

static int cpus(void)
{
	cpu_set_t all, one, again;
	char text[16];
	int first = 0;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return 1;
	while (!CPU_ISSET(first, &all))
		first++;
	snprintf(text, sizeof(text), "%d", first);
	if (attrs_set_affinity(text, NULL) < 0)
		return 2;
	if (sched_getaffinity(0, sizeof(one), &one) < 0 || CPU_COUNT(&one) != 1 ||
	    !CPU_ISSET(first, &one))
		return 3;
	if (attrs_reset_affinity(NULL) < 0)
		return 4;
	if (sched_getaffinity(0, sizeof(again), &again) < 0 || CPU_COUNT(&again) < CPU_COUNT(&all))
		return 5;
	/* The kernel leaves out those that are not there. */
	if (attrs_set_affinity("0-8191", NULL) < 0)
		return 6;
	return attrs_set_affinity("8000-8191", NULL) == -EINVAL ? 0 : 7;
}

TEST(affinity)
{
	CHECK_INT(in_child(cpus), 0);
}

TEST(bad_lists_are_refused)
{
	static const char *const bad[] = { "a",	    "0-",   "-1",     "3-1",
					   "0,",    ",0",   "0,,1",   "0 1",
					   "0-1-2", "8192", "0-8192", "99999999999999999999" };
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (attrs_set_affinity(bad[i], &e) >= 0)
			TEST_FAIL("\"%s\" was taken", bad[i]);
		CHECK_HAS(e.text, "bad CPU list");
	}
}

TEST(nothing_configured_does_nothing)
{
	struct oci_process p = { 0 };
	struct oci_linux l = { 0 };

	CHECK_INT(attrs_set_rlimits(&p, NULL), 0);
	CHECK_INT(attrs_set_oom_score_adj(-1, 0, &p, NULL), 0);
	CHECK_INT(attrs_set_scheduler(&p, NULL), 0);
	CHECK_INT(attrs_set_io_priority(&p, NULL), 0);
	CHECK_INT(attrs_set_personality(&l, NULL), 0);
	CHECK_INT(attrs_set_personality(NULL, NULL), 0);
	CHECK_INT(attrs_set_memory_policy(&l, NULL), 0);
	CHECK_INT(attrs_set_memory_policy(NULL, NULL), 0);
	CHECK_INT(attrs_set_affinity(NULL, NULL), 0);
}

static int keyring(void)
{
	char text[256] = "";
	struct err e = { 0 };

	if (attrs_join_keyring(-1, "test_attrs", NULL, false, &e) < 0)
		return 1;
	if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof(text)) < 0)
		return errno == ENOSYS ? NOT_HERE : 2;
	if (!strstr(text, "keyring;") || !strstr(text, ";_ses.test_attrs"))
		return errno == EDQUOT ? NOT_HERE : 3;
	return strstr(text, ";3f1b0000;") ? 0 : 4;
}

TEST(session_keyring)
{
	int r = in_child(keyring);

	if (r == NOT_HERE)
		SKIP("no keys in this kernel, or too many");
	CHECK_INT(r, 0);
}

TEST_MAIN
