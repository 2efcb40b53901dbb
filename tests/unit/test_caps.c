/* SPDX-License-Identifier: Apache-2.0 */
/* What changes capabilities is done in a child, and its result read from the kernel. */
#include "engine/security/caps.h"
#include "core/procfs.h"
#include "test.h"
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(n) (UINT64_C(1) << (n))

TEST(names_parse_in_any_case_with_or_without_prefix)
{
	CHECK_INT(caps_parse("CAP_KILL"), CAP_KILL);
	CHECK_INT(caps_parse("cap_kill"), CAP_KILL);
	CHECK_INT(caps_parse("Kill"), CAP_KILL);
	CHECK_INT(caps_parse("CAP_CHOWN"), 0);
	CHECK_INT(caps_parse("checkpoint_restore"), CAP_CHECKPOINT_RESTORE);
	CHECK_INT(caps_parse(""), -EINVAL);
	CHECK_INT(caps_parse("CAP_"), -EINVAL);
	CHECK_INT(caps_parse("CAP_CAP_KILL"), -EINVAL);
	CHECK_INT(caps_parse("KILLER"), -EINVAL);
	CHECK_INT(caps_parse("ALL"), -EINVAL);
}

TEST(every_name_reads_back)
{
	CHECK_STR(caps_name(CAP_SYS_ADMIN), "CAP_SYS_ADMIN");
	CHECK(caps_name(-1) == NULL);
	CHECK(caps_name(CAP_LAST_CAP + 1) == NULL);
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		CHECK_INT(caps_name(cap) ? caps_parse(caps_name(cap)) : -1, cap);
}

TEST(the_last_one_is_the_kernels)
{
	FILE *f = fopen("/proc/sys/kernel/cap_last_cap", "re");
	int last = -1;

	if (!f)
		SKIP("no /proc");
	CHECK_INT(fscanf(f, "%d", &last), 1);
	fclose(f);
	CHECK_INT(caps_last(), last);
}

TEST(resolves_each_set)
{
	char *kill[] = { "CAP_KILL", NULL }, *two[] = { "CAP_CHOWN", "CAP_MKNOD", NULL };
	char *none[] = { NULL };
	struct oci_capabilities c = { .bounding = two, .permitted = kill, .ambient = none };
	autostrv char **unknown = NULL;
	struct caps caps = { .inheritable = 1 };

	CHECK_INT(caps_resolve(&c, &caps, &unknown, NULL), 0);
	CHECK_INT(caps.bounding, BIT(CAP_CHOWN) | BIT(CAP_MKNOD));
	CHECK_INT(caps.permitted, BIT(CAP_KILL));
	CHECK_INT(caps.effective, 0);
	CHECK_INT(caps.inheritable, 0);
	CHECK_INT(caps.ambient, 0);
	CHECK_INT(strv_len(unknown), 0);
	caps.ambient = 1;
	CHECK_INT(caps_resolve(NULL, &caps, &unknown, NULL), 0);
	CHECK_INT(caps.bounding | caps.permitted | caps.ambient, 0);
}

TEST(unknown_names_are_left_out_and_told_once)
{
	char *set[] = { "CAP_KILL", "CAP_FUTURE", "cap_chown", "CHOWN", "CAP_FUTURE", NULL };
	struct oci_capabilities c = { .bounding = set, .effective = set };
	autostrv char **unknown = NULL;
	autofree char *all = NULL;
	struct caps caps;

	CHECK_INT(caps_resolve(&c, &caps, &unknown, NULL), 0);
	CHECK_INT(caps.bounding, BIT(CAP_KILL));
	all = strv_join(unknown, " ");
	CHECK_STR(all, "CAP_FUTURE cap_chown CHOWN");
}

static bool can_change(void)
{
	return geteuid() == 0 && prctl(PR_CAPBSET_READ, CAP_SETPCAP, 0, 0, 0) == 1 &&
	       prctl(PR_CAPBSET_READ, CAP_KILL, 0, 0, 0) == 1;
}

/* Runs fn in a child and gives what it returns, 0..255. */
static int in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int r = fn();

		fflush(stdout);
		_exit(r);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* One Cap line of /proc/self/status. */
static uint64_t kernel_set(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t v = UINT64_MAX;

	while (f && fgets(line, sizeof(line), f))
		if (str_starts(line, name))
			v = strtoull(line + strlen(name), NULL, 16);
	if (f)
		fclose(f);
	return v;
}

/* By /proc, and asked for one by one: both must say the same. */
static int verify(const struct caps *c)
{
	int proc = procfs_open_root(NULL), by_proc = caps_verify(c, proc, false, NULL);
	int one_by_one = caps_verify(c, -1, false, NULL);
	int bounding = caps_verify_bounding(c, proc, NULL);

	if (bounding != caps_verify_bounding(c, -1, NULL) || (bounding < 0 && by_proc == 0))
		by_proc = -EDOM;
	close(proc);
	return proc >= 0 && by_proc == one_by_one ? by_proc : -EDOM;
}

static int apply(const struct caps *c, uid_t uid)
{
	if (caps_drop_bounding(c, NULL) < 0)
		return 1;
	if (setresuid(uid, uid, uid) < 0)
		return 2;
	if (caps_apply(c, NULL) < 0)
		return 3;
	return verify(c) < 0 ? 4 : 0;
}

static int apply_as_user(void)
{
	struct caps c = { .bounding = BIT(CAP_KILL) | BIT(CAP_CHOWN),
			  .permitted = BIT(CAP_KILL) | BIT(CAP_CHOWN),
			  .effective = BIT(CAP_KILL),
			  .inheritable = BIT(CAP_KILL),
			  .ambient = BIT(CAP_KILL) | BIT(CAP_CHOWN) };
	int r = apply(&c, 1234);

	if (r)
		return r;
	if (kernel_set("CapBnd:") != c.bounding || kernel_set("CapPrm:") != c.permitted ||
	    kernel_set("CapEff:") != c.effective || kernel_set("CapInh:") != c.inheritable)
		return 5;
	/* CAP_CHOWN is not inheritable, so the kernel would refuse it. */
	if (kernel_set("CapAmb:") != BIT(CAP_KILL))
		return 6;
	return prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0 ? 0 : 7;
}

TEST(all_sets_are_what_was_asked_after_a_change_of_uid)
{
	if (!can_change())
		SKIP("needs root");
	CHECK_INT(in_child(apply_as_user), 0);
}

static int apply_nothing(void)
{
	struct caps c = { 0 };
	int r = apply(&c, 0);

	if (r)
		return r;
	return kernel_set("CapBnd:") | kernel_set("CapPrm:") | kernel_set("CapEff:") |
			       kernel_set("CapAmb:") ?
		       5 :
		       0;
}

TEST(no_capabilities_at_all)
{
	if (!can_change())
		SKIP("needs root");
	CHECK_INT(in_child(apply_nothing), 0);
}

static int verify_each_difference(void)
{
	struct caps c = { .bounding = BIT(CAP_KILL), .permitted = BIT(CAP_KILL) };
	struct caps other;
	int r = apply(&c, 0);

	if (r)
		return r;
	other = c, other.bounding = 0;
	if (verify(&other) != -EPERM || caps_verify_bounding(&other, -1, NULL) != -EPERM)
		return 11;
	if (caps_verify(&other, -1, true, NULL) < 0)
		return 16;
	other = c, other.permitted = 0;
	if (verify(&other) != -EPERM)
		return 12;
	other = c, other.effective = BIT(CAP_KILL);
	if (verify(&other) != -EPERM)
		return 13;
	other = c, other.inheritable = BIT(CAP_KILL);
	if (verify(&other) != -EPERM)
		return 14;
	other = c, other.inheritable = other.ambient = BIT(CAP_KILL);
	return verify(&other) != -EPERM ? 15 : 0;
}

TEST(verifying_finds_each_difference)
{
	if (!can_change())
		SKIP("needs root");
	CHECK_INT(in_child(verify_each_difference), 0);
}

static int ask_for_more(void)
{
	struct caps few = { .bounding = BIT(CAP_KILL), .permitted = BIT(CAP_KILL) };
	struct caps more = { .permitted = BIT(CAP_CHOWN) };
	struct err e = { 0 };

	if (apply(&few, 0))
		return 1;
	if (caps_apply(&more, &e) != -EPERM)
		return 2;
	return str_eq(e.text, "unable to apply caps: operation not permitted") ? 0 : 3;
}

TEST(what_is_not_permitted_cannot_be_taken)
{
	if (!can_change())
		SKIP("needs root");
	CHECK_INT(in_child(ask_for_more), 0);
}

static int drop_without_privilege(void)
{
	struct caps kept = { .bounding = BIT(CAP_KILL) }, none = { 0 };

	if (apply(&kept, 1234))
		return 1;
	/* All others are clear already; CAP_KILL is not, and cannot be dropped any more. */
	if (caps_drop_bounding(&kept, NULL) != 0)
		return 2;
	return caps_drop_bounding(&none, NULL) == -EPERM ? 0 : 3;
}

TEST(clear_bits_need_no_privilege_to_drop)
{
	if (!can_change())
		SKIP("needs root");
	CHECK_INT(in_child(drop_without_privilege), 0);
}

TEST_MAIN
