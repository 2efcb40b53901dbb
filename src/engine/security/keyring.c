/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/attrs.h"

#include "engine/security/lsm.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* keyctl_setperm(3): what a new keyring has (all for its possessor; view, read and link for its
 * owner), and search for the owner, without which a later process of the container cannot join. */
#define KEY_POSSESSOR_ALL 0x3f000000u
#define KEY_USER_VIEW 0x00010000u
#define KEY_USER_READ 0x00020000u
#define KEY_USER_SEARCH 0x00080000u
#define KEY_USER_LINK 0x00100000u

static int join(const char *id, bool shared, struct err *e)
{
	char name[300];
	int n;
	long key;

	n = snprintf(name, sizeof(name), "_ses.%s", id);
	if (n < 0 || (size_t)n >= sizeof(name))
		return err_msg(e, ENAMETOOLONG, "session keyring: the name is too long");
	key = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
	/* No keys in this kernel, or some 200 keyrings of this user: the caller's keyring stays,
	 * as with --no-new-keyring. */
	if (key < 0 && (errno == ENOSYS || errno == EDQUOT))
		return 0;
	if (key < 0)
		return err_set(e, errno, "unable to join session keyring");
	if (syscall(SYS_keyctl, KEYCTL_SETPERM, (int)key,
		    KEY_POSSESSOR_ALL | KEY_USER_VIEW | KEY_USER_READ | KEY_USER_SEARCH |
			    KEY_USER_LINK) < 0 &&
	    !(shared && errno == EACCES))
		return err_set(e, errno, "unable to set the session keyring's permissions");
	return 0;
}

int attrs_join_keyring(int proc, const char *id, const char *label, bool shared, struct err *e)
{
	bool labelled = label && *label;
	int r = labelled ? selinux_set_keycreate(proc, label, e) : 0;

	if (r == 0)
		r = join(id, shared, e);
	return r == 0 && labelled ? selinux_set_keycreate(proc, "", e) : r;
}
