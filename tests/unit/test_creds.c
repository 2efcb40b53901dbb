/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/creds.h"
#include "test.h"
#include <errno.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int become(void)
{
	uint32_t ids[] = { 7, 5, 100000, 5 };
	struct u32list groups = { ids, 4 };
	uid_t r, e, s;
	gid_t list[8];

	if (creds_set(1234, 4321, &groups, false, NULL) < 0)
		return 1;
	if (getresuid(&r, &e, &s) < 0 || r != 1234 || e != 1234 || s != 1234)
		return 2;
	if (getresgid(&r, &e, &s) < 0 || r != 4321 || e != 4321 || s != 4321)
		return 3;
	return getgroups(8, list) == 4 ? 0 : 4;
}

TEST(all_ids_change_for_good)
{
	if (geteuid() != 0)
		SKIP("needs root");
	CHECK_INT(in_child(become), 0);
}

static int drop_groups(void)
{
	gid_t some[] = { 1, 2, 3 };

	if (setgroups(3, some) < 0 || creds_set(0, 0, NULL, false, NULL) < 0)
		return 1;
	return getgroups(0, NULL) == 0 ? 0 : 2;
}

static int keep_groups(void)
{
	gid_t some[] = { 1, 2, 3 };
	struct u32list none = { 0 };

	if (setgroups(3, some) < 0 || creds_set(1234, 0, &none, true, NULL) < 0)
		return 1;
	return getgroups(0, NULL) == 3 ? 0 : 2;
}

TEST(the_callers_groups_go_unless_kept)
{
	if (geteuid() != 0)
		SKIP("needs root");
	CHECK_INT(in_child(drop_groups), 0);
	CHECK_INT(in_child(keep_groups), 0);
}

static int refused(void)
{
	uint32_t bad[] = { 5, UINT32_MAX };
	struct u32list groups = { bad, 2 };

	if (creds_set(UINT32_MAX, 0, NULL, false, NULL) != -EINVAL ||
	    creds_set(0, UINT32_MAX, NULL, false, NULL) != -EINVAL ||
	    creds_set(0, 0, &groups, false, NULL) != -EINVAL)
		return 1;
	groups.n = 1;
	if (creds_set(0, 0, &groups, true, NULL) != -EPERM)
		return 2;
	return 0;
}

/* The kernel takes -1 as "no change": the caller would stay root. */
TEST(minus_one_is_no_id)
{
	CHECK_INT(in_child(refused), 0);
}

static int without_privilege(void)
{
	if (geteuid() == 0 && setresuid(1234, 1234, 1234) < 0)
		return 1;
	return creds_set(0, 0, NULL, true, NULL) == -EPERM ? 0 : 2;
}

TEST(failure_is_reported)
{
	CHECK_INT(in_child(without_privilege), 0);
}

TEST(parses_uid_and_gid)
{
	uint32_t uid = 9, gid = 9;
	bool has = true;

	CHECK_INT(creds_parse("1000", &uid, &gid, &has, NULL), 0);
	CHECK_INT(uid, 1000);
	CHECK_INT(gid, 9);
	CHECK(!has);
	CHECK_INT(creds_parse("0:4294967294", &uid, &gid, &has, NULL), 0);
	CHECK_INT(uid, 0);
	CHECK_INT(gid, 4294967294u);
	CHECK(has);
}

TEST(refuses_what_is_no_number)
{
	static const char *const bad[] = {
		"",    "root", "-1",	"4294967295",	"4294967296",
		"1:",  ":1",   "1:2:3", "1 ",		" 1",
		"0x1", "1:-1", "+1",	"1:4294967295", "18446744073709551616",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t uid = 77, gid = 77;
		bool has = false;
		struct err e = { 0 };

		if (creds_parse(bad[i], &uid, &gid, &has, &e) >= 0)
			TEST_FAIL("\"%s\" was taken", bad[i]);
		CHECK(e.text[0]);
		CHECK_INT(uid, 77);
		CHECK_INT(gid, 77);
	}
}

TEST_MAIN
