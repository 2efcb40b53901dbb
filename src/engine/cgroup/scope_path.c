/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/scope_path.h"
#include "core/str.h"
#include "core/strv.h"
#include "engine/cgroup/path.h"
#include <errno.h>
#include <limits.h>

#define PREFIX "runlet"
#define SLICE ".slice"
#define ROOT_SLICE "-" SLICE

static bool str_ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && str_eq(s + n - m, end);
}

static int bad_slice(const char *slice, struct err *e)
{
	return err_msg(e, EINVAL, "linux.cgroupsPath: invalid slice name \"%s\"", slice);
}

/* "a-b.slice" is in "a.slice". */
static int add_slices(struct str *path, const char *slice, struct err *e)
{
	size_t len = strlen(slice) - strlen(SLICE);

	if (!str_ends(slice, SLICE) || strchr(slice, '/') || len == 0)
		return bad_slice(slice, e);
	if (str_eq(slice, ROOT_SLICE))
		return 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && slice[i] != '-')
			continue;
		if (i == 0 || slice[i - 1] == '-')
			return bad_slice(slice, e);
		str_addf(path, "/%.*s" SLICE, (int)i, slice);
	}
	return 0;
}

static int scope_name(const char *prefix, const char *name, char **out, struct err *e)
{
	if (!*name)
		return err_msg(e, EINVAL, "linux.cgroupsPath: the name of the scope is empty");
	if (str_ends(name, SLICE))
		return err_msg(e, EINVAL,
			       "linux.cgroupsPath: \"%s\" is a slice, which can have no processes",
			       name);
	*out = *prefix ? xasprintf("%s-%s.scope", prefix, name) : xasprintf("%s.scope", name);
	if (!strchr(*out, '/') && !strchr(*out, '\n') && strlen(*out) <= NAME_MAX)
		return 0;
	free(TAKE(*out));
	return err_msg(e, EINVAL, "linux.cgroupsPath: \"%s-%s\" cannot name a scope", prefix, name);
}

int scope_path_parse(const char *cgroups_path, const char *id, const char *base, const char *slice,
		     char **out, struct err *e)
{
	bool given = cgroups_path && *cgroups_path;
	autostrv char **parts = given ? strv_split(cgroups_path, ':') : NULL;
	autofree char *unit = NULL;
	autostr path = { 0 };
	int r;

	if (given && strv_len(parts) != 3)
		return err_msg(e, EINVAL,
			       "expected cgroupsPath to be of format \"slice:prefix:name\" for "
			       "systemd cgroups, got \"%s\" instead",
			       cgroups_path);
	str_add(&path, base);
	r = add_slices(&path, given && *parts[0] ? parts[0] : slice, e);
	if (r == 0)
		r = scope_name(given ? parts[1] : PREFIX, given ? parts[2] : id, &unit, e);
	if (r < 0)
		return r;
	str_addf(&path, "/%s", unit);
	if (path.len >= CGROUP_PATH_MAX)
		return err_msg(e, EINVAL, "linux.cgroupsPath: longer than %d bytes",
			       CGROUP_PATH_MAX - 1);
	*out = str_take(&path);
	return 0;
}

const char *scope_unit(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *scope_slice(const char *path)
{
	const char *end = strrchr(path, '/'), *start = end;
	autofree char *slice = NULL;

	while (start && start > path && start[-1] != '/')
		start--;
	slice = end ? xstrndup(start, (size_t)(end - start)) : xstrdup("");
	return str_ends(slice, SLICE) ? TAKE(slice) : xstrdup(ROOT_SLICE);
}
