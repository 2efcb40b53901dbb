/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/idmap.h"

#include "core/proc.h"
#include "core/procfs.h"
#include "core/str.h"
#include "core/strv.h"
#include "engine/init/sync.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAP_SIZE_MAX 16384
#define ENTRIES_MAX 340 /* UID_GID_MAP_MAX_EXTENTS */

static bool is_own_id(const struct oci_id_mapping *m, size_t n, uint32_t id)
{
	return n == 1 && m->size == 1 && m->host_id == id;
}

/* user_namespaces(7): only a single map of one's own group may be written without privilege, and
 * only once nobody can drop a group in the namespace any more. */
static bool must_deny_setgroups(const struct oci_linux *l)
{
	return geteuid() != 0 && is_own_id(l->gid_mappings, l->n_gid_mappings, getegid());
}

int idmap_denies_setgroups(int proc, pid_t pid, struct err *e)
{
	autofree char *path = pid ? xasprintf("%d/setgroups", (int)pid) : xstrdup("self/setgroups");
	autostr text = { 0 };
	int r = procfs_read(proc, path, 64, &text, e);

	return r < 0 ? r : str_starts(text.p ? text.p : "", "deny");
}

int idmap_format(const char *kind, const struct oci_id_mapping *m, size_t n, struct str *out,
		 struct err *e)
{
	size_t before = out->len;

	for (size_t i = 0; i < n; i++)
		str_addf(out, "%u %u %u\n", m[i].container_id, m[i].host_id, m[i].size);
	/* The kernel takes a map in one write, and at most a page of it. */
	if (out->len - before >= (size_t)sysconf(_SC_PAGESIZE) || n > ENTRIES_MAX)
		return err_msg(e, EINVAL,
			       "linux.%sMappings: %zu entries, %zu bytes, are more than the "
			       "kernel takes",
			       kind, n, out->len - before);
	return 0;
}

static int write_map(int proc, pid_t pid, const char *kind, const struct oci_id_mapping *m,
		     size_t n, struct err *e)
{
	autofree char *path = xasprintf("%d/%s_map", (int)pid, kind);
	autostr text = { 0 };
	int r = idmap_format(kind, m, n, &text, e);

	if (r < 0)
		return r;
	if (procfs_write(proc, path, text.p, text.len, e) < 0)
		return err_wrap(e, "linux.%sMappings: ", kind);
	return 0;
}

/* In the helper's last words; what comes before is a warning. */
static int helper_failed(const char *kind, const char *name, struct str *said, struct err *e)
{
	const char *line;

	while (said->len && said->p[said->len - 1] == '\n')
		said->p[--said->len] = '\0';
	if (!said->len)
		return err_msg(e, EPERM, "linux.%sMappings: %s failed", kind, name);
	line = strrchr(said->p, '\n');
	line = line ? line + 1 : said->p;
	line += str_starts(line, name) ? strlen(name) : 0; /* it begins with its own name */
	line += str_starts(line, ": ") ? 2 : 0;
	return err_msg(e, EPERM, "linux.%sMappings: %s: %s", kind, name, line);
}

/* The set-user-id helpers of the shadow package, where distributions have them. */
static int run_helper(pid_t pid, const char *kind, const struct oci_id_mapping *m, size_t n,
		      struct err *e)
{
	static const char *const dirs[] = { "/usr/bin", "/usr/local/bin", "/bin" };
	autofree char *pid_text = xasprintf("%d", (int)pid);
	autofree char *name = xasprintf("new%smap", kind);
	autofree char *path = NULL;
	autostrv char **argv = NULL;
	autostr output = { 0 };
	struct proc_run run = { .output_max = 256, .output = &output };
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && !path; i++) {
		path = xasprintf("%s/%s", dirs[i], name);
		if (access(path, X_OK) < 0) {
			free(path);
			path = NULL;
		}
	}
	if (!path)
		return err_msg(e, ENOENT,
			       "linux.%sMappings: %s is not installed, which a user "
			       "without privilege needs",
			       kind, name);
	strv_push(&argv, name);
	strv_push(&argv, pid_text);
	for (size_t i = 0; i < n; i++) {
		strv_push_take(&argv, xasprintf("%u", m[i].container_id));
		strv_push_take(&argv, xasprintf("%u", m[i].host_id));
		strv_push_take(&argv, xasprintf("%u", m[i].size));
	}
	run.path = path;
	run.argv = argv;
	status = proc_run(&run, e);
	if (status < 0)
		return err_wrap(e, "%s: ", name);
	return status == 0 ? 0 : helper_failed(kind, name, &output, e);
}

static int set_map(int proc, pid_t pid, const char *kind, const struct oci_id_mapping *m, size_t n,
		   uint32_t own_id, struct err *e)
{
	if (geteuid() == 0 || is_own_id(m, n, own_id))
		return write_map(proc, pid, kind, m, n, e);
	return run_helper(pid, kind, m, n, e);
}

int idmap_ask(int sock, struct err *e)
{
	int r = sync_send(sock, SYNC_MAPS, -1, e);

	return r < 0 ? r : sync_expect(sock, SYNC_GO, e);
}

static bool is_mapped(const struct oci_id_mapping *m, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= m[i].container_id && id - m[i].container_id < m[i].size)
			return true;
	return n == 0;
}

int idmap_check_user(const struct oci_linux *l, const struct oci_user *user, struct err *e)
{
	static const struct oci_user root;

	if (!l)
		return 0;
	if (!user)
		user = &root;
	if (!is_mapped(l->uid_mappings, l->n_uid_mappings, 0) ||
	    !is_mapped(l->gid_mappings, l->n_gid_mappings, 0))
		return err_msg(e, EINVAL,
			       "linux.%sMappings: 0, the container's root, is not mapped",
			       is_mapped(l->uid_mappings, l->n_uid_mappings, 0) ? "gid" : "uid");
	if (!is_mapped(l->uid_mappings, l->n_uid_mappings, user->uid))
		return err_msg(
			e, EINVAL,
			"process.user.uid: cannot set uid to unmapped user in user namespace: "
			"%u",
			user->uid);
	if (!is_mapped(l->gid_mappings, l->n_gid_mappings, user->gid))
		return err_msg(
			e, EINVAL,
			"process.user.gid: cannot set gid to unmapped user in user namespace: "
			"%u",
			user->gid);
	for (size_t i = 0; i < user->additional_gids.n; i++)
		if (!is_mapped(l->gid_mappings, l->n_gid_mappings, user->additional_gids.v[i]))
			return err_msg(e, EINVAL,
				       "process.user.additionalGids[%zu]: %u is not mapped in the "
				       "user namespace",
				       i, user->additional_gids.v[i]);
	return 0;
}

/* The kernel's own way to print a map: one line for each entry, in an order of its own. */
static int compare_map(int proc, pid_t pid, const char *kind, const struct oci_id_mapping *m,
		       size_t n, struct err *e)
{
	autofree char *path = xasprintf("%d/%s_map", (int)pid, kind);
	autostr text = { 0 };
	size_t lines = 0;
	bool same = true;
	int r = procfs_read(proc, path, MAP_SIZE_MAX, &text, e);

	if (r < 0 || n == 0)
		return r;
	for (const char *p = text.p; p && *p; p++)
		lines += *p == '\n';
	for (size_t i = 0; i < n; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%10u %10u %10u\n", m[i].container_id, m[i].host_id,
			 m[i].size);
		same &= text.p && strstr(text.p, line);
	}
	if (!same || lines != n)
		return err_msg(e, EINVAL,
			       "linux.%sMappings: user namespaces enabled, but both namespace path "
			       "and non-matching mapping specified -- you may only provide one",
			       kind);
	return 0;
}

int idmap_check_joined(int proc, pid_t pid, const struct oci_linux *l, struct err *e)
{
	int r = compare_map(proc, pid, "uid", l->uid_mappings, l->n_uid_mappings, e);

	return r < 0 ? r : compare_map(proc, pid, "gid", l->gid_mappings, l->n_gid_mappings, e);
}

int idmap_write(int proc, pid_t pid, const struct oci_linux *l, struct err *e)
{
	int r;

	if (must_deny_setgroups(l)) {
		autofree char *path = xasprintf("%d/setgroups", (int)pid);

		r = procfs_write(proc, path, "deny", 4, e);
		if (r < 0)
			return r;
	}
	r = set_map(proc, pid, "uid", l->uid_mappings, l->n_uid_mappings, geteuid(), e);
	if (r < 0)
		return r;
	return set_map(proc, pid, "gid", l->gid_mappings, l->n_gid_mappings, getegid(), e);
}
