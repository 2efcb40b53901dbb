/* SPDX-License-Identifier: Apache-2.0 */
/* Most test hosts have neither; then asking for one must be an error. */
#include "core/procfs.h"
#include "engine/security/lsm.h"
#include "test.h"
#include <unistd.h>

TEST(no_profile_and_no_label_is_nothing_to_do)
{
	CHECK_INT(apparmor_set_exec(-1, NULL, NULL), 0);
	CHECK_INT(apparmor_set_exec(-1, "", NULL), 0);
	CHECK_INT(selinux_set_exec(-1, NULL, NULL), 0);
	CHECK_INT(selinux_set_exec(-1, "", NULL), 0);
	CHECK_INT(selinux_set_keycreate(-1, NULL, NULL), 0);
}

TEST(a_profile_without_apparmor_is_an_error)
{
	autofd int proc = procfs_open_root(NULL);
	struct err e = { 0 };

	if (apparmor_enabled())
		SKIP("this host has AppArmor");
	CHECK(apparmor_set_exec(proc, "some-profile", &e) < 0);
	CHECK_HAS(e.text, "some-profile");
}

TEST(a_label_without_selinux_is_an_error)
{
	autofd int proc = procfs_open_root(NULL);
	struct err e = { 0 };

	if (selinux_enabled())
		SKIP("this host has SELinux");
	CHECK(selinux_set_exec(proc, "u:r:t:s0", &e) < 0);
	CHECK_HAS(e.text, "u:r:t:s0");
	CHECK(selinux_set_keycreate(proc, "u:r:t:s0", &e) < 0);
}

TEST_MAIN
