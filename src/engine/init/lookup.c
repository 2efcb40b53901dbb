/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0, or a positive errno; *stat_failed tells a missing file from one that may not be run. */
static int is_executable(const char *path, bool *stat_failed)
{
	struct stat st;

	*stat_failed = stat(path, &st) < 0;
	if (*stat_failed)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	/* By the real ids, which are the effective ones. Not the C library's function: it makes a
	 * newer call, which seccomp profiles may not know. */
	if (syscall(SYS_faccessat, AT_FDCWD, path, X_OK) < 0)
		return errno;
	/* Root may "execute" what has no x bit at all, says access; execve disagrees. */
	return st.st_mode & 0111 ? 0 : EACCES;
}

static int lookup_in_path(const char *name, const char *path_env, char **out, struct err *e)
{
	bool absent;

	while (path_env && *path_env) {
		size_t n = strcspn(path_env, ":");
		/* An empty component is the working directory. */
		char *path =
			n ? xasprintf("%.*s/%s", (int)n, path_env, name) : xasprintf("./%s", name);

		if (is_executable(path, &absent) == 0) {
			*out = path;
			return 0;
		}
		free(path);
		path_env += n;
		path_env += *path_env == ':';
	}
	return err_msg(e, ENOENT, "exec: \"%s\": executable file not found in $PATH", name);
}

int program_lookup(const char *name, const char *path_env, char **out, struct err *e)
{
	bool absent;
	int num;

	if (!strchr(name, '/'))
		return lookup_in_path(name, path_env, out, e);
	num = is_executable(name, &absent);
	if (num && absent)
		return err_set(e, num, "exec: \"%s\": stat %s", name, name);
	if (num)
		return err_set(e, num, "exec: \"%s\"", name);
	*out = xstrdup(name);
	return 0;
}
