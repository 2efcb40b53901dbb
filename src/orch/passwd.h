/* SPDX-License-Identifier: Apache-2.0 */
/**
 * passwd.h - the user that an image names, by the image's own passwd and group.
 *
 * Both files are a stranger's: lines that are damaged are none, and a number is a number, never a
 * name.
 */
#ifndef ORCH_PASSWD_H
#define ORCH_PASSWD_H

#include "core/record.h"

struct passwd_user {
	uint32_t uid;
	uint32_t gid;
	struct u32list groups; /* further ones; heap */
};
void passwd_user_done(struct passwd_user *u);

/**
 * passwd_resolve - "USER[:GROUP]", each a name or a number; NULL or "" is 0:0.
 * @passwd, @group: the files' texts; NULL: none
 *
 * Without a GROUP it is that of the user's line, 0 when a number has none; and the groups that list
 * the user are further ones. Pure.
 *
 * Returns: 0; -EINVAL when a name is in no line, or a number is out of range.
 */
int passwd_resolve(const char *user, const char *passwd, const char *group, struct passwd_user *out,
		   struct err *e);

/* The same with the files below a root. One that is special or huge is as good as none. */
int passwd_resolve_at(int root, const char *user, struct passwd_user *out, struct err *e);

#endif
