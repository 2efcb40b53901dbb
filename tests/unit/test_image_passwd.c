/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/passwd.h"
#include "test.h"

#include <errno.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "# web:x:7:7::/:\n"
			     "broken\n"
			     "bad:x:-1:5::/:\n"
			     "+nis:x:8:8::/:\n"
			     "web:x:1000:1001:web:/w:/bin/sh\n"
			     "web:x:2000:2001::/:\n"
			     "4294967296:x:0:0::/:\n"
			     "12:x:0:0::/:";
static const char group[] = "root:x:0:\nweb:x:1001:web\nx:x:77:a,web,b\nnone:x:\ny:x:78:web2\n";

static int resolve(const char *user, struct passwd_user *u, struct err *e)
{
	*u = (struct passwd_user){ .uid = 99, .gid = 99 };
	return passwd_resolve(user, passwd, group, u, e);
}

#define CHECK_USER(text, want_uid, want_gid, want_groups)                                          \
	do {                                                                                       \
		struct passwd_user u_;                                                             \
		CHECK_INT(resolve(text, &u_, NULL), 0);                                            \
		CHECK_INT(u_.uid, want_uid);                                                       \
		CHECK_INT(u_.gid, want_gid);                                                       \
		CHECK_INT(u_.groups.n, want_groups);                                               \
		passwd_user_done(&u_);                                                             \
	} while (0)

TEST(names_and_numbers)
{
	CHECK_USER(NULL, 0, 0, 0);
	CHECK_USER("", 0, 0, 0);
	CHECK_USER("root", 0, 0, 0);
	CHECK_USER("web", 1000, 1001, 1);
	CHECK_USER("1000", 1000, 1001, 1);
	CHECK_USER("5000", 5000, 0, 0);
	CHECK_USER("web:x", 1000, 77, 0);
	CHECK_USER("web:5", 1000, 5, 0);
	CHECK_USER(":x", 0, 77, 0);
	CHECK_USER("web:", 1000, 1001, 1);
}

TEST(further_groups)
{
	struct passwd_user u;

	CHECK_INT(resolve("web", &u, NULL), 0);
	CHECK_INT(u.groups.n, 1);
	CHECK_INT(u.groups.v[0], 77);
	passwd_user_done(&u);
}

/* A number is never looked up as a name, and none beyond the range becomes root. */
TEST(a_number_is_a_number)
{
	struct passwd_user u;
	struct err e;

	CHECK_USER("12", 12, 0, 0);
	CHECK_INT(resolve("4294967296", &u, &e), -EINVAL);
	CHECK_STR(e.text, "user 4294967296: out of range");
	CHECK_INT(resolve("4294967295", &u, &e), -EINVAL);
	CHECK_INT(resolve("99999999999999999999999", &u, &e), -EINVAL);
	CHECK_INT(resolve("web:4294967295", &u, &e), -EINVAL);
}

TEST(who_is_not_there)
{
	struct passwd_user u;
	struct err e;

	CHECK_INT(resolve("nobody", &u, &e), -EINVAL);
	CHECK_HAS(e.text, "user nobody: not in the image's /etc/passwd");
	CHECK_INT(resolve("bad", &u, &e), -EINVAL);
	CHECK_INT(resolve("+nis", &u, &e), -EINVAL);
	CHECK_INT(resolve("broken", &u, &e), -EINVAL);
	CHECK_INT(resolve("-1", &u, &e), -EINVAL);
	CHECK_INT(resolve("web:nogroup", &u, &e), -EINVAL);
	CHECK_INT(resolve("web:none", &u, &e), -EINVAL);
	CHECK_INT(passwd_resolve("root", NULL, NULL, &u, &e), -EINVAL);
	CHECK_INT(passwd_resolve("7:8", NULL, NULL, &u, &e), 0);
	CHECK_INT(u.gid, 8);
}

TEST_MAIN
