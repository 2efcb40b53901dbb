/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/labels.h"

#include "core/procfs.h"
#include "core/str.h"
#include "engine/criu/aside.h"
#include "engine/security/lsm.h"

#include <errno.h>
#include <stdio.h>

#define LABEL_MAX 4096

static const struct type {
	const char *prefix;
	int (*set)(int proc, const char *name, struct err *e);
	const char *files[2]; /* below a process; the first that is there */
} types[] = {
	{ "apparmor:", apparmor_set_exec, { "attr/apparmor/current", "attr/current" } },
	{ "selinux:", selinux_set_exec, { "attr/current" } },
};

struct wanted {
	int proc;
	const struct type *type; /* NULL: none is wanted */
	const char *name;
};

static int find_wanted(const struct oci_process *p, const char *profile, struct wanted *w,
		       struct err *e)
{
	const char *const names[] = { p->apparmor_profile, p->selinux_label };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const char *name = profile ? profile : names[i];

		if (profile && !str_starts(profile, types[i].prefix))
			continue;
		if (profile)
			name += strlen(types[i].prefix);
		if (!name || !*name)
			continue;
		w->type = &types[i];
		w->name = name;
		return 0;
	}
	return profile ? err_msg(e, EINVAL,
				 "--lsm-profile: \"%s\" is not apparmor:PROFILE or selinux:LABEL",
				 profile) :
			 0;
}

/* For what that process would execute next, which is nothing. */
static int try_it(const void *data, struct err *e)
{
	const struct wanted *w = data;

	return w->type->set(w->proc, w->name, e);
}

int labels_check(int proc, const struct oci_process *p, const char *profile, struct err *e)
{
	struct wanted w = { .proc = proc };
	int r = find_wanted(p, profile, &w, e);

	if (r < 0 || !w.type)
		return r;
	r = aside(try_it, &w, e);
	return r < 0 && profile ? err_wrap(e, "--lsm-profile: ") : r;
}

/* "web (enforce)\n" is "web". */
static int read_label(int proc, const char *process, const struct type *type, struct str *out,
		      struct err *e)
{
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(type->files) && type->files[i] && r == -ENOENT; i++) {
		autofree char *path = xasprintf("%s/%s", process, type->files[i]);

		r = procfs_read(proc, path, LABEL_MAX, out, e);
	}
	if (r == 0 && out->p)
		out->p[strcspn(out->p, " \n")] = '\0';
	return r;
}

int labels_verify(int proc, pid_t pid, const struct oci_process *p, const char *profile,
		  struct err *e)
{
	struct wanted w = { .proc = proc };
	autostr own = { 0 }, has = { 0 };
	char process[16];
	int r = find_wanted(p, profile, &w, e);

	if (r < 0 || !w.type)
		return r;
	(void)snprintf(process, sizeof(process), "%d", (int)pid);
	r = read_label(proc, process, w.type, &has, e);
	if (r == 0)
		r = read_label(proc, "self", w.type, &own, e);
	if (r < 0 || !has.p || !own.p)
		return r;
	if (str_eq(has.p, w.name) || !str_eq(has.p, own.p))
		return 0;
	return err_msg(e, ENOTSUP,
		       "CRIU did not restore %s%s, and left it %s: is it built for that?",
		       w.type->prefix, w.name, has.p);
}
