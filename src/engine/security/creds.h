/* SPDX-License-Identifier: Apache-2.0 */
/**
 * creds.h - user and group ids, and what the image's passwd says of them.
 */
#ifndef ENGINE_SECURITY_CREDS_H
#define ENGINE_SECURITY_CREDS_H

#include "core/err.h"
#include "libocispec/config.h"

/* In the child: setgroups, setresgid, setresuid, then re-read and refuse a difference. (uid_t)-1
 * is refused: the kernel takes it as "no change". @keep_groups: setgroups is denied (rootless). */
int creds_set(uint32_t uid, uint32_t gid, const struct u32list *groups, bool keep_groups,
	      struct err *e);

/* The home directory of @uid in /etc/passwd below @root ("/" when it has none); heap, never NULL.
 * A hostile, huge or special file is as good as none. */
char *passwd_home(int root, uint32_t uid);
/* The same of a passwd file's text; pure. The first line with that uid counts. */
char *passwd_find_home(const char *text, size_t len, uint32_t uid);

/* exec --user: "UID", "UID:GID"; numbers only, as runc; never (uint32_t)-1. */
int creds_parse(const char *text, uint32_t *uid, uint32_t *gid, bool *has_gid, struct err *e);

#endif
