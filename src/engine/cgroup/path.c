/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/path.h"
#include "core/str.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* Appends "/component" for each one; empty ones and "." say nothing and are dropped. */
static int add_components(struct str *s, const char *what, const char *path, struct err *e)
{
	if (strlen(path) >= CGROUP_PATH_MAX)
		return err_msg(e, EINVAL, "%s: longer than %d bytes", what, CGROUP_PATH_MAX - 1);
	/* The kernel refuses it in a name, because /proc/PID/cgroup is made of lines. */
	if (strchr(path, '\n'))
		return err_msg(e, EINVAL, "%s: a newline is not allowed", what);
	for (const char *p = path; *p; p += *p == '/') {
		size_t len = strcspn(p, "/");

		if (len > NAME_MAX)
			return err_msg(e, EINVAL, "%s: a component is longer than %d bytes", what,
				       NAME_MAX);
		if (len == 2 && p[0] == '.' && p[1] == '.')
			return err_msg(e, EINVAL, "%s: \"..\" is not allowed in \"%s\"", what,
				       path);
		if (len > 0 && !(len == 1 && p[0] == '.')) {
			str_add_char(s, '/');
			str_add_bytes(s, p, len);
		}
		p += len;
	}
	return 0;
}

int cgroup_path_parse(const char *cgroups_path, const char *id, char **out, struct err *e)
{
	bool given = cgroups_path && cgroups_path[0];
	autostr s = { 0 };
	int r;

	r = add_components(&s, "linux.cgroupsPath", given ? cgroups_path : id, e);
	if (r < 0)
		return r;
	if (s.len == 0)
		return err_msg(e, EINVAL,
			       "linux.cgroupsPath: \"%s\" is the root of the hierarchy, which no "
			       "container may have",
			       given ? cgroups_path : id);
	*out = str_take(&s);
	return 0;
}

int cgroup_sub_parse(const char *sub, char **out, struct err *e)
{
	autostr s = { 0 };
	int r;

	r = add_components(&s, "sub-cgroup", sub, e);
	if (r < 0)
		return r;
	*out = str_take(&s);
	return 0;
}

const char *cgroup_file(char buf[CGROUP_FILE_MAX], const char *path, const char *file)
{
	path += path[0] == '/';
	(void)snprintf(buf, CGROUP_FILE_MAX, "%s%s%s", path, path[0] ? "/" : "", file);
	return buf;
}
