/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/creds.h"

#include "core/num.h"
#include <errno.h>
#include <grp.h>
#include <unistd.h>

#define ID_NONE UINT32_MAX

static int check_ids(uint32_t uid, uint32_t gid, const struct u32list *groups, struct err *e)
{
	bool bad = uid == ID_NONE || gid == ID_NONE;

	for (size_t i = 0; groups && i < groups->n; i++)
		bad = bad || groups->v[i] == ID_NONE;
	if (bad)
		return err_msg(e, EINVAL, "%u is not a user or group id", ID_NONE);
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return x < y ? -1 : x > y;
}

/* The kernel keeps them in an order of its own, which in a user namespace is not ours. */
static int verify_groups(const gid_t *want, size_t n, struct err *e)
{
	autofree gid_t *is = xcalloc(n + 1, sizeof(*is));
	autofree gid_t *sorted = xcalloc(n + 1, sizeof(*sorted));
	int r;

	r = getgroups(0, NULL);
	if (r > 0 && (size_t)r == n)
		r = getgroups((int)n, is);
	if (r < 0)
		return err_set(e, errno, "getgroups");
	if (n > 0)
		memcpy(sorted, want, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_ids);
	qsort(is, n, sizeof(*is), compare_ids);
	if ((size_t)r != n || memcmp(is, sorted, n * sizeof(*is)) != 0)
		return err_msg(e, EPERM, "setgroups did not take effect");
	return 0;
}

static int set_groups(const struct u32list *groups, bool keep, struct err *e)
{
	size_t n = groups ? groups->n : 0;
	const gid_t *v = groups ? groups->v : NULL;

	if (keep && n > 0)
		return err_msg(e, EPERM,
			       "cannot set any additional groups in a rootless container");
	if (keep)
		return 0;
	if (setgroups(n, v) < 0)
		return err_set(e, errno, "set %zu additional groups", n);
	return verify_groups(v, n, e);
}

static int verify_ids(uint32_t uid, uint32_t gid, struct err *e)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return err_set(e, errno, "read user and group ids");
	if (ruid != uid || euid != uid || suid != uid)
		return err_msg(e, EPERM, "setresuid %u did not take effect", uid);
	if (rgid != gid || egid != gid || sgid != gid)
		return err_msg(e, EPERM, "setresgid %u did not take effect", gid);
	return 0;
}

static int not_mapped(const char *kind, uint32_t id, struct err *e)
{
	return err_msg(e, EINVAL, "cannot set %s to unmapped user in user namespace: %u", kind, id);
}

int creds_set(uint32_t uid, uint32_t gid, const struct u32list *groups, bool keep_groups,
	      struct err *e)
{
	int r;

	r = check_ids(uid, gid, groups, e);
	if (r < 0)
		return r;
	r = set_groups(groups, keep_groups, e);
	if (r < 0)
		return r;
	if (setresgid(gid, gid, gid) < 0)
		return errno == EINVAL ? not_mapped("gid", gid, e) :
					 err_set(e, errno, "setresgid %u", gid);
	if (setresuid(uid, uid, uid) < 0)
		return errno == EINVAL ? not_mapped("uid", uid, e) :
					 err_set(e, errno, "setresuid %u", uid);
	return verify_ids(uid, gid, e);
}

int creds_parse(const char *text, uint32_t *uid, uint32_t *gid, bool *has_gid, struct err *e)
{
	const char *colon = strchr(text, ':');
	autofree char *user = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
	uint64_t u, g = 0;
	int r;

	r = num_parse_u64(user, ID_NONE - 1, "user id", &u, e);
	if (r < 0)
		return r;
	if (colon) {
		r = num_parse_u64(colon + 1, ID_NONE - 1, "group id", &g, e);
		if (r < 0)
			return r;
	}
	*uid = (uint32_t)u;
	*has_gid = colon != NULL;
	if (colon)
		*gid = (uint32_t)g;
	return 0;
}
